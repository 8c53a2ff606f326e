"""What models of requests have in common."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, ValidationError


class Strict(BaseModel):
    """Unknown fields are refused, and no number is infinite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def in_words(build: Callable[[], object]) -> None:
    """Turns what the domain's classes object to into one refusal, each fault with its place in front."""
    try:
        build()
    except ValidationError as error:
        faults = [
            f"{'/'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
        raise ValueError("; ".join(faults)) from None
