"""A claim is one value that somebody said at some time; rules say which claim is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Value = str | int | float | bool | list[str] | None
STATUS = "status"


@dataclass(frozen=True, slots=True)
class Claim:
    """`value` as said by `by` (a publisher or an API caller) at `at`; None says that there is no value (any more)."""

    value: Value
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Sourced:
    """A claim and the id under which it was made."""

    claim: Claim
    customer_id: UUID


Claims = Mapping[str, Claim]


def says_nothing(name: str, claim: Claim) -> bool:
    """True for a claim that another's value should fill: no value, or the status everybody starts with."""
    return claim.value is None or (name == STATUS and claim.value == "prospect")


def latest(held: Claim | None, heard: Claim) -> Claim:
    """Last write wins by the time of the event, whatever the order of arrival; ties are settled by source and value."""
    if held is None:
        return heard
    if held.at != heard.at:
        return max(held, heard, key=lambda one: one.at)
    return max(held, heard, key=_rank)


def settle(name: str, own: Sourced | None, absorbed: Iterable[tuple[Sourced, datetime]]) -> Sourced | None:
    """The claim shown for a survivor, from its own claim and those of what it absorbed (with the instant of the merge).

    A claim made after the merge competes by time. Of older ones the survivor's wins; where it says nothing, the most
    recent value of the absorbed ones fills in. So a value that was cleared after the merge stays cleared.
    """
    others = list(absorbed)
    since = [
        one for one, merged_at in others if one.claim.at > merged_at and (own is None or one.claim.at > own.claim.at)
    ]
    if since:
        return max(since, key=lambda one: _rank(one.claim))
    before = [
        one
        for one, merged_at in others
        if not says_nothing(name, one.claim)
        and (own is None or (says_nothing(name, own.claim) and own.claim.at <= merged_at))
    ]
    if before:
        return max(before, key=lambda one: _rank(one.claim))
    return own


def _rank(claim: Claim) -> tuple[datetime, str, str]:
    return (claim.at, claim.by, json.dumps(claim.value, sort_keys=True))
