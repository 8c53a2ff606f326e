"""Copies of other services' facts. Each write keeps what is newer: events may come again and late."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from uuid import UUID

from services.campaigns.contacts.domain.copies import (
    ComplaintCopy,
    ConsentCopy,
    Flag,
    MembershipChange,
    ProfileCopy,
    SegmentCopy,
)
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx


async def save_memberships(tx: Tx, changes: Mapping[tuple[UUID, UUID], MembershipChange]) -> None:
    """Memberships by (customer, segment), so that each row is met once; one statement for all."""
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
    """Profiles by customer; one statement for all."""
    rows = [profiles[key] for key in sorted(profiles)]
    await tx.execute(
        """
        insert into profiles as p (customer_id, version, status, time_zone, language, reachable, attributes)
        select customer_id, version, status, time_zone, language, string_to_array(reachable, ','),
               cast(attributes as jsonb)
        from (select customer_id, version, status, time_zone, language, coalesce(reachable, '') as reachable,
                     attributes from
              unnest(cast(:customers as uuid[]), cast(:versions as bigint[]), cast(:statuses as text[]),
                     cast(:zones as text[]), cast(:languages as text[]), cast(:reachable as text[]),
                     cast(:attributes as text[]))
              as t(customer_id, version, status, time_zone, language, reachable, attributes)) as rows
        on conflict (customer_id) do update
        set version = excluded.version, status = excluded.status, time_zone = excluded.time_zone,
            language = excluded.language, reachable = excluded.reachable, attributes = excluded.attributes
        where p.version < excluded.version
        """,
        {
            "customers": [row.customer_id for row in rows],
            "versions": [row.version for row in rows],
            "statuses": [row.status for row in rows],
            "zones": [row.time_zone for row in rows],
            "languages": [row.language for row in rows],
            "reachable": [",".join(row.reachable) for row in rows],
            "attributes": [to_jsonb(dict(row.attributes)) for row in rows],
        },
    )


async def save_consents(tx: Tx, consents: Mapping[tuple[UUID, str, str], ConsentCopy]) -> None:
    """Consents by (customer, purpose, channel); one statement for all."""
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
    """Restrictions by customer; one statement for all."""
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
    """Suppressions by (customer, channel); one statement for all."""
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


async def save_complaints(tx: Tx, complaints: Mapping[UUID, ComplaintCopy]) -> None:
    """Complaints by case; one statement for all."""
    rows = [complaints[key] for key in sorted(complaints)]
    await tx.execute(
        """
        insert into complaints as c (case_id, customer_id, active, version)
        select * from unnest(cast(:cases as uuid[]), cast(:customers as uuid[]), cast(:flags as boolean[]),
                             cast(:versions as bigint[]))
        on conflict (case_id) do update
        set customer_id = excluded.customer_id, active = excluded.active, version = excluded.version
        where c.version < excluded.version
        """,
        {
            "cases": [row.case_id for row in rows],
            "customers": [row.customer_id for row in rows],
            "flags": [row.active for row in rows],
            "versions": [row.version for row in rows],
        },
    )


async def save_segments(tx: Tx, segments: Mapping[UUID, SegmentCopy]) -> None:
    """Segments by id; one statement for all."""
    rows = [segments[key] for key in sorted(segments)]
    await tx.execute(
        """
        insert into segments as s (segment_id, name, state, version)
        select * from unnest(cast(:ids as uuid[]), cast(:names as text[]), cast(:states as text[]),
                             cast(:versions as bigint[]))
        on conflict (segment_id) do update
        set name = excluded.name, state = excluded.state, version = excluded.version
        where s.version < excluded.version
        """,
        {
            "ids": [row.segment_id for row in rows],
            "names": [row.name for row in rows],
            "states": [row.state for row in rows],
            "versions": [row.version for row in rows],
        },
    )


async def find_segment(tx: Tx, segment_id: UUID) -> SegmentCopy | None:
    """The segment, when it was told of."""
    row = await tx.row("select * from segments where segment_id = :id", {"id": segment_id})
    return SegmentCopy(**row) if row is not None else None


async def granted_purposes(tx: Tx, channel: str) -> list[str]:
    """Every purpose for which anybody permits anything over the channel."""
    rows = await tx.rows(
        "select distinct purpose from consents where channel = :channel and state = 'granted' order by 1",
        {"channel": channel},
    )
    return [row["purpose"] for row in rows]


async def count_members(tx: Tx, segment_id: UUID, until: datetime) -> int:
    """How many are in the segment since `until` or before."""
    sql = "select count(*) from memberships where segment_id = :segment and member and since <= :until"
    return int(await tx.value(sql, {"segment": segment_id, "until": until}))


async def members_after(tx: Tx, segment_id: UUID, after: UUID | None, until: datetime, size: int) -> list[UUID]:
    """The next of those who are in the segment, and were at `until`, by id."""
    rows = await tx.rows(
        """
        select customer_id from memberships
        where segment_id = :segment and member and since <= :until
        and (cast(:after as uuid) is null or customer_id > :after)
        order by customer_id limit :size
        """,
        {"segment": segment_id, "after": after, "until": until, "size": size},
    )
    return [row["customer_id"] for row in rows]


async def members_of(tx: Tx, segment_id: UUID, size: int, most: int) -> AsyncIterator[list[UUID]]:
    """Those in the segment, `size` at a time, and no more than `most` in all."""
    after: UUID | None = None
    given = 0
    while given < most:
        rows = await tx.rows(
            """
            select customer_id from memberships
            where segment_id = :segment and member and (cast(:after as uuid) is null or customer_id > :after)
            order by customer_id limit :size
            """,
            {"segment": segment_id, "after": after, "size": size},
        )
        if not rows:
            return
        after = rows[-1]["customer_id"]
        yield [row["customer_id"] for row in rows][: most - given]
        given += len(rows)
