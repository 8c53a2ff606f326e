"""What a fit came to: told by the process that made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Report:
    """Published, with the parameters and how well they did, or refused for a reason."""

    state: Literal["published", "refused"]
    customers: int
    parameters: dict[str, Any] | None = None
    quality: dict[str, Any] | None = None
    reason: str | None = None
    detail: str | None = None
