"""The status that a purchase gives a customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.customers.profiles.domain.claims import STATUS, Claim
from services.customers.profiles.domain.customer import Group, Record, profile_of

# A purchase makes these active again.
PASSIVE: frozenset[str] = frozenset({"prospect", "lead", "lapsed", "lost"})


def after_purchase(group: Group, customer_id: UUID, at: datetime, by: str) -> Group:
    """The group after a purchase at `at` under `customer_id`, which may be an alias.

    Who buys is a customer: prospects and leads become active by any purchase, lapsed and lost ones by one after that
    was stated. Blocked ones stay blocked.
    """
    bought = group.with_member(_bought(group.member(customer_id), at, by))
    if profile_of(bought).status in PASSIVE:
        bought = bought.with_member(_bought(bought.root, at, by))
    return bought


def _bought(record: Record, at: datetime, by: str) -> Record:
    held = record.claims.get(STATUS)
    status = record.own_status
    if status in ("prospect", "lead") or (status in PASSIVE and held is not None and at > held.at):
        since = at if held is None else max(at, held.at)
        return replace(record, claims={**record.claims, STATUS: Claim("active", since, by)})
    return record
