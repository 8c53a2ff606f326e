"""Copies of other services' facts, as a read model that can be rebuilt from what their owners tell again.

Not suppressions: privacy keeps them by address, and tells customers only as they come. They filter early; the permit
decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.contracts.analytics import MembershipsChanged
from shared.contracts.customers import CustomersMerged, MergeUndone, ProfileChanged
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ConsentChanged, RestrictionChanged
from shared.database.transaction import Tx
from shared.events.copies import CopyTable, ReadModel
from shared.events.handlers import EventHandler, subscription_of

_TOPICS = ("customers-events", "analytics-events", "privacy-events")
_OF = "customer_id = any(cast(:ids as uuid[]))"


def _take_over(table: str, keys: str, content: Sequence[str]) -> str:
    """The rebuilt rows become the live ones; none gets an older version than it has."""
    columns = ", ".join((*keys.split(", "), *content, "version"))
    changes = ", ".join(f"{name} = excluded.{name}" for name in content)
    return (
        f"insert into public.{table} as live ({columns}) select {columns} from pg_temp.{table} where {_OF}"
        f" on conflict ({keys}) do update set {changes}, version = greatest(live.version, excluded.version)"
    )


def _surplus(table: str, same: str) -> str:
    return f"where live.{_OF} and not exists (select from pg_temp.{table} r where {same})"


_SAME_CUSTOMER = "r.customer_id = live.customer_id"
_TABLES = (
    CopyTable(
        "memberships",
        content=("segment_id",),
        where="member",
        mend=(
            _take_over("memberships", "customer_id, segment_id", ("member", "since")),
            "update public.memberships live set member = false "
            + _surplus("memberships", f"{_SAME_CUSTOMER} and r.segment_id = live.segment_id and r.member"),
        ),
    ),
    CopyTable(
        "profiles",
        content=("status", "time_zone", "language", "reachable", "attributes"),
        # Version 0 is a row that decisions about a customer lock, and nothing else.
        where="version > 0",
        mend=(
            _take_over("profiles", "customer_id", ("status", "time_zone", "language", "reachable", "attributes")),
            "update public.profiles live set version = 0, status = null, time_zone = null, language = null,"
            " reachable = '{}', attributes = '{}' " + _surplus("profiles", _SAME_CUSTOMER),
        ),
    ),
    CopyTable(
        "consents",
        content=("purpose", "channel", "state", "expires_at"),
        mend=(
            _take_over("consents", "customer_id, purpose, channel", ("state", "expires_at")),
            "delete from public.consents live "
            + _surplus("consents", f"{_SAME_CUSTOMER} and r.purpose = live.purpose and r.channel = live.channel"),
        ),
    ),
    CopyTable(
        "restrictions",
        content=(),
        where="restricted",
        mend=(
            _take_over("restrictions", "customer_id", ("restricted",)),
            "update public.restrictions live set restricted = false "
            + _surplus("restrictions", f"{_SAME_CUSTOMER} and r.restricted"),
        ),
    ),
    CopyTable(
        "merges",
        customer="absorbed",
        content=("merge_id", "survivor"),
        where="not undone",
        mend=(
            "insert into public.merges as live (merge_id, absorbed, survivor, undone)"
            " select merge_id, absorbed, survivor, undone from pg_temp.merges"
            " where absorbed = any(cast(:ids as uuid[]))"
            " on conflict (merge_id) do update set undone = live.undone or excluded.undone",
            "update public.merges live set undone = true where live.absorbed = any(cast(:ids as uuid[]))"
            " and not exists (select from pg_temp.merges r where r.merge_id = live.merge_id and not r.undone)",
        ),
    ),
)
_TYPES = (ProfileChanged, CustomersMerged, MergeUndone, MembershipsChanged, ConsentChanged, RestrictionChanged)


def copies_of_others(handlers: Sequence[EventHandler]) -> ReadModel:
    """The read model that these handlers fill: those of the live tables, without locks and effects."""
    filling = subscription_of("campaigns", _TOPICS, handlers, None)

    async def store(tx: Tx, events: Sequence[Envelope[Any]]) -> None:
        await filling.handle(tx, list(events))

    return ReadModel("copies", "campaigns", _TOPICS, _TABLES, _TYPES, store)
