"""An objection to profiling, as the heads of the ledger give it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.privacy.consents.domain.ledger import Head

PURPOSE = "profiling"
"""The purpose that a refusal of makes an objection; analytics looks at nobody who has refused it."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Whether a customer objects under any id, and since when."""

    objects: bool
    since: datetime | None = None


def objection_of(heads: Iterable[Head]) -> Objection:
    """What the heads of all ids of a customer say: the strictest holds."""
    said = [head.occurred_at for head in refusals(heads)]
    return Objection(bool(said), min(said, default=None))


def refusals(heads: Iterable[Head]) -> list[Head]:
    """Those that refuse profiling."""
    return [head for head in heads if head.scope.purpose == PURPOSE and not head.granted]
