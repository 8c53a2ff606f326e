"""Let the domain's own checks refuse a request's model."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError


def only_text(value: object) -> object:
    """For a BeforeValidator of times and durations: a number is nobody's time of day, and no guess is made."""
    if isinstance(value, int | float):
        raise ValueError("must be text in the form of ISO 8601, not a number")
    return value


def refuse_as_one(build: Callable[[], object]) -> None:
    """For a model's validator: what the domain's classes object to when `build` makes them becomes one ValueError, each
    fault with its place in front."""
    try:
        build()
    except ValidationError as error:
        faults = [
            f"{'/'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
        raise ValueError("; ".join(faults)) from None
