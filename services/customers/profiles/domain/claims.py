"""A claim is one value that somebody stated at some time; rules decide which claim a profile shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.customers.attributes.domain.definitions import Value
from services.customers.identifiers.domain import is_import

STATUS = "status"
# So many imports may lie over one another in one value; of more, the oldest can no longer be taken back for it.
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """`value` as stated by `by` (a publisher or an API caller) at `at`; None: there is no value (any more).
    `trusted` is false for a browser's word about somebody of whom nothing was known. `under` is what would hold without
    this one: it is kept for claims of an import only, which can be taken back as a whole."""

    value: Value
    at: datetime
    by: str
    trusted: bool = True
    under: Claim | None = None


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
    if _wins(held, newer):
        return _over(held, newer)
    return _over(newer, held)


def without(claim: Claim | None, by: str) -> Claim | None:
    """What would hold if `by`, an import, had stated nothing."""
    if claim is None:
        return None
    under = without(claim.under, by)
    if claim.by == by:
        return under
    return claim if under == claim.under else replace(claim, under=under)


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


def _wins(claim: Claim, other: Claim) -> bool:
    if claim.trusted != other.trusted:
        return claim.trusted
    return claim.at > other.at or (claim.at == other.at and _rank(claim) >= _rank(other))


def _over(top: Claim, other: Claim) -> Claim:
    """`top` holds; the other stays beneath it for as long as `top` may be taken back."""
    if not is_import(top.by):
        return top if top.under is None else replace(top, under=None)
    under = top.under
    for claim in layers(other):
        if claim.by != top.by:
            under = replace(claim, under=None) if under is None else latest(under, replace(claim, under=None))
    return replace(top, under=_bounded(under))


def layers(claim: Claim | None) -> list[Claim]:
    """The claim and those beneath it, the one that holds first."""
    found = []
    while claim is not None:
        found.append(claim)
        claim = claim.under
    return found


def _bounded(claim: Claim | None) -> Claim | None:
    found = layers(claim)
    imported = [one for one in found if is_import(one.by)]
    if len(imported) < _DEEPEST:
        return claim
    found.remove(imported[-1])
    return stacked(found)


def stacked(found: Iterable[Claim]) -> Claim | None:
    """The claims one above the other, the first on top."""
    above: Claim | None = None
    for claim in reversed(list(found)):
        above = replace(claim, under=above)
    return above


def _rank(claim: Claim) -> tuple[datetime, str, str]:
    return (claim.at, claim.by, json.dumps(claim.value, sort_keys=True))
