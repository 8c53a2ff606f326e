"""A claim is one value that somebody stated at some time; rules decide which claim a profile shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.customers.attributes.domain.definitions import Value

STATUS = "status"


@dataclass(frozen=True, slots=True)
class Claim:
    """`value` as stated by `by` (a publisher or an API caller) at `at`; None: there is no value (any more).
    `trusted` is false for a browser's word about somebody of whom nothing was known."""

    value: Value
    at: datetime
    by: str
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class SourcedClaim:
    """A claim and the id under which it was made."""

    claim: Claim
    customer_id: UUID


Claims = Mapping[str, Claim]


def is_empty(name: str, claim: Claim) -> bool:
    """True for a claim that another's value should fill: no value, or the status everybody starts with."""
    return claim.value is None or (name == STATUS and claim.value == "prospect")


def latest(held: Claim | None, newer: Claim) -> Claim:
    """Last write wins by the time of the event, whatever the order of arrival; ties are settled by source and value.
    A trusted one wins over hearsay of any time: publishers write their times themselves."""
    if held is None:
        return newer
    if held.trusted != newer.trusted:
        return held if held.trusted else newer
    if held.at != newer.at:
        return max(held, newer, key=lambda claim: claim.at)
    return max(held, newer, key=_rank)


def settle(
    name: str, own: SourcedClaim | None, absorbed: Iterable[tuple[SourcedClaim, datetime]]
) -> SourcedClaim | None:
    """The claim shown for a survivor, from its own claim and those of what it absorbed (with the instant of the merge).

    A claim made after the merge competes by time. Of older ones the survivor's wins; where it is empty, the most
    recent value of the absorbed ones fills in. So a value that was cleared after the merge stays cleared. Where one of
    all these is trusted, hearsay does not compete.
    """
    others = list(absorbed)
    if (own is not None and own.claim.trusted) or any(other.claim.trusted for other, _ in others):
        own = own if own is not None and own.claim.trusted else None
        others = [(other, merged_at) for other, merged_at in others if other.claim.trusted]
    since = [
        other
        for other, merged_at in others
        if other.claim.at > merged_at and (own is None or other.claim.at > own.claim.at)
    ]
    if since:
        return max(since, key=lambda sourced: _rank(sourced.claim))
    before = [
        other
        for other, merged_at in others
        if not is_empty(name, other.claim)
        and (own is None or (is_empty(name, own.claim) and own.claim.at <= merged_at))
    ]
    if before:
        return max(before, key=lambda sourced: _rank(sourced.claim))
    return own


def _rank(claim: Claim) -> tuple[datetime, str, str]:
    return (claim.at, claim.by, json.dumps(claim.value, sort_keys=True))
