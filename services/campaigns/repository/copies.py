"""The local copies of what the other services say. Each write keeps what is newer: events may come again and late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """A customer who entered or left a segment."""

    customer_id: UUID
    segment_id: UUID
    member: bool
    version: int
    since: datetime


@dataclass(frozen=True, slots=True)
class ProfileCopy:
    """What a profile says that matters here."""

    customer_id: UUID
    version: int
    status: str
    time_zone: str
    language: str | None
    reachable: Sequence[str]


@dataclass(frozen=True, slots=True)
class ConsentCopy:
    """What holds for a purpose and channel."""

    customer_id: UUID
    purpose: str
    channel: str
    state: str
    expires_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that holds or not: a restriction, or (with a channel) a suppressed address."""

    customer_id: UUID
    on: bool
    version: int
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """An exposure or a response to one of our messages."""

    customer_id: UUID
    campaign_id: UUID
    message_id: UUID
    kind: str
    link: str
    at: datetime


async def tombstoned(tx: Tx, customer_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these ids that were erased."""
    rows = await tx.rows(
        "select customer_id from tombstones where customer_id = any(cast(:ids as uuid[]))",
        {"ids": sorted(set(customer_ids))},
    )
    return {row["customer_id"] for row in rows}


async def save_memberships(tx: Tx, changes: Mapping[tuple[UUID, UUID], MembershipChange]) -> None:
    """One statement for all; keyed by (customer, segment) so that each row is met once."""
    rows = [changes[key] for key in sorted(changes)]
    await tx.execute(
        """
        insert into memberships as m (customer_id, segment_id, member, version, since)
        select * from unnest(cast(:customers as uuid[]), cast(:segments as uuid[]), cast(:members as boolean[]),
                             cast(:versions as bigint[]), cast(:since as timestamptz[]))
        on conflict (customer_id, segment_id) do update
        set member = excluded.member, version = excluded.version, since = excluded.since
        where m.version < excluded.version
        """,
        {
            "customers": [row.customer_id for row in rows],
            "segments": [row.segment_id for row in rows],
            "members": [row.member for row in rows],
            "versions": [row.version for row in rows],
            "since": [row.since for row in rows],
        },
    )


async def save_profiles(tx: Tx, profiles: Mapping[UUID, ProfileCopy]) -> None:
    """One statement for all."""
    rows = [profiles[key] for key in sorted(profiles)]
    await tx.execute(
        """
        insert into profiles as p (customer_id, version, status, time_zone, language, reachable)
        select customer_id, version, status, time_zone, language, string_to_array(reachable, ',')
        from (select customer_id, version, status, time_zone, language, coalesce(reachable, '') as reachable from
              unnest(cast(:customers as uuid[]), cast(:versions as bigint[]), cast(:statuses as text[]),
                     cast(:zones as text[]), cast(:languages as text[]), cast(:reachable as text[]))
              as t(customer_id, version, status, time_zone, language, reachable)) as rows
        on conflict (customer_id) do update
        set version = excluded.version, status = excluded.status, time_zone = excluded.time_zone,
            language = excluded.language, reachable = excluded.reachable
        where p.version < excluded.version
        """,
        {
            "customers": [row.customer_id for row in rows],
            "versions": [row.version for row in rows],
            "statuses": [row.status for row in rows],
            "zones": [row.time_zone for row in rows],
            "languages": [row.language for row in rows],
            "reachable": [",".join(row.reachable) for row in rows],
        },
    )


async def save_consents(tx: Tx, consents: Mapping[tuple[UUID, str, str], ConsentCopy]) -> None:
    """One statement for all."""
    rows = [consents[key] for key in sorted(consents)]
    await tx.execute(
        """
        insert into consents as c (customer_id, purpose, channel, state, expires_at, version)
        select * from unnest(cast(:customers as uuid[]), cast(:purposes as text[]), cast(:channels as text[]),
                             cast(:states as text[]), cast(:expiries as timestamptz[]), cast(:versions as bigint[]))
        on conflict (customer_id, purpose, channel) do update
        set state = excluded.state, expires_at = excluded.expires_at, version = excluded.version
        where c.version < excluded.version
        """,
        {
            "customers": [row.customer_id for row in rows],
            "purposes": [row.purpose for row in rows],
            "channels": [row.channel for row in rows],
            "states": [row.state for row in rows],
            "expiries": [row.expires_at for row in rows],
            "versions": [row.version for row in rows],
        },
    )


async def save_restrictions(tx: Tx, flags: Mapping[UUID, Flag]) -> None:
    """One statement for all."""
    rows = [flags[key] for key in sorted(flags)]
    await tx.execute(
        """
        insert into restrictions as r (customer_id, restricted, version)
        select * from unnest(cast(:customers as uuid[]), cast(:flags as boolean[]), cast(:versions as bigint[]))
        on conflict (customer_id) do update set restricted = excluded.restricted, version = excluded.version
        where r.version < excluded.version
        """,
        {
            "customers": [row.customer_id for row in rows],
            "flags": [row.on for row in rows],
            "versions": [row.version for row in rows],
        },
    )


async def save_suppressions(tx: Tx, flags: Mapping[tuple[UUID, str], Flag]) -> None:
    """One statement for all."""
    rows = [flags[key] for key in sorted(flags)]
    await tx.execute(
        """
        insert into suppressions as s (customer_id, channel, active, version)
        select * from unnest(cast(:customers as uuid[]), cast(:channels as text[]), cast(:flags as boolean[]),
                             cast(:versions as bigint[]))
        on conflict (customer_id, channel) do update set active = excluded.active, version = excluded.version
        where s.version < excluded.version
        """,
        {
            "customers": [row.customer_id for row in rows],
            "channels": [row.channel for row in rows],
            "flags": [row.on for row in rows],
            "versions": [row.version for row in rows],
        },
    )


async def save_alias(tx: Tx, *, merge_id: UUID, old: UUID, current: UUID, undone: bool) -> None:
    """A merge, or its undoing, whichever comes first; what was undone stays undone."""
    await tx.execute(
        """
        insert into aliases as a (merge_id, old_id, current_id, undone) values (:merge_id, :old, :current, :undone)
        on conflict (merge_id) do update set undone = a.undone or excluded.undone
        """,
        {"merge_id": merge_id, "old": old, "current": current, "undone": undone},
    )


async def save_responses(tx: Tx, heard: Sequence[Heard]) -> None:
    """Each message, kind and link once; one statement for all."""
    await tx.execute(
        """
        insert into responses (customer_id, campaign_id, message_id, kind, link, first_at)
        select * from unnest(cast(:customers as uuid[]), cast(:campaigns as uuid[]), cast(:messages as uuid[]),
                             cast(:kinds as text[]), cast(:links as text[]), cast(:at as timestamptz[]))
        on conflict do nothing
        """,
        {
            "customers": [one.customer_id for one in heard],
            "campaigns": [one.campaign_id for one in heard],
            "messages": [one.message_id for one in heard],
            "kinds": [one.kind for one in heard],
            "links": [one.link for one in heard],
            "at": [one.at for one in heard],
        },
    )
