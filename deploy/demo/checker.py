"""Reads the five databases from outside, read-only: so that the product does not judge itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import asyncpg

from deploy.demo.messages import PUBLISHERS
from deploy.demo.places import Places

_CUSTOMERS = "select status, count(*) from customers where customer_id = current_id group by 1"
_RECORDED = """
    select count(*) filter (where origin = 'history') as history, count(*) filter (where origin <> 'history') as live
    from interactions where publisher = any($1) and kind in ('purchase', 'contact')
"""
_RESPONSES = "select detail->>'kind', count(*) from interactions where kind = 'response' group by 1"
_SEGMENTS = """
    select s.name,
           (select count(*) from memberships m
            where m.segment_id = s.segment_id and m.version = s.current_version) as members,
           count(h.id) filter (where h.entered and h.origin = 'live') as entered,
           count(h.id) filter (where not h.entered and h.origin = 'live') as "left",
           count(h.id) filter (where h.cause = 'time') as lapsed
    from segments s left join membership_history h on h.segment_id = s.segment_id
    where not s.archived group by s.segment_id, s.name, s.current_version, s.number order by s.number
"""
_MEMBERS = """
    select m.customer_id from memberships m join segments s on s.segment_id = m.segment_id
    where s.name = $1 and m.version = s.current_version
"""
_HOUSEHOLDS = """
    select i.value from identifiers i join customers c on c.customer_id = i.customer_id
    where i.kind = 'external_id' and i.value like 'household-%' and c.current_id = any($1)
"""
_MESSAGES = """
    select c.definition->>'name' as campaign, m.state, coalesce(m.reason, m.deferred_for, '') as reason, count(*)
    from messages m join campaigns c on c.id = m.campaign_id group by 1, 2, 3
"""
_DEAD = "select reason, count(*) from dead_letters group by 1"
_UNPUBLISHED = "select count(*) from outbox where not published"


@dataclass(frozen=True)
class SegmentNow:
    """A segment's members, and its live changes so far; `lapsed` are those that the passing of time brought."""

    name: str
    members: int
    entered: int
    left: int
    lapsed: int


@dataclass(frozen=True)
class Figures:
    """Counts of one moment. `messages` is keyed by (campaign, state, reason), `dead` by (service, reason)."""

    customers: Counter[str] = field(default_factory=Counter)
    history: int = 0
    live: int = 0
    responses: Counter[str] = field(default_factory=Counter)
    segments: tuple[SegmentNow, ...] = ()
    messages: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    dead: Counter[tuple[str, str]] = field(default_factory=Counter)
    unpublished: int = 0

    @property
    def recorded(self) -> int:
        """Messages of both publishers."""
        return self.history + self.live

    def by_state(self) -> Counter[str]:
        """Messages by state."""
        counts: Counter[str] = Counter()
        for (_, state, _), count in self.messages.items():
            counts[state] += count
        return counts

    def by_reason(self, state: str) -> Counter[str]:
        """Messages in `state` by reason."""
        counts: Counter[str] = Counter()
        for (_, own, reason), count in self.messages.items():
            if own == state:
                counts[reason or "due"] += count
        return counts


class Checker:
    """One read-only connection to each service's database; use it as a context."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}

    async def __aenter__(self) -> Self:
        for service, url in self._places.databases.items():
            self._connections[service] = await asyncpg.connect(
                url, server_settings={"default_transaction_read_only": "on", "application_name": "demo-checker"}
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            await connection.close(timeout=2)

    async def rows(self, service: str, statement: str, *values: Any) -> list[asyncpg.Record]:
        """The answer of one service's database."""
        return await self._connections[service].fetch(statement, *values)

    async def value(self, service: str, statement: str, *values: Any) -> Any:
        """The first column of the first row."""
        return await self._connections[service].fetchval(statement, *values)

    async def members(self, segment: str) -> set[int]:
        """The households in a segment, by their numbers."""
        ids = [row["customer_id"] for row in await self.rows("analytics", _MEMBERS, segment)]
        rows = await self.rows("customers", _HOUSEHOLDS, ids)
        return {int(row["value"].removeprefix("household-")) for row in rows}

    async def figures(self) -> Figures:
        """The counts of now."""
        recorded = (await self.rows("interactions", _RECORDED, list(PUBLISHERS.values())))[0]
        dead: Counter[tuple[str, str]] = Counter()
        unpublished = 0
        for service in self._connections:
            for reason, count in await self.rows(service, _DEAD):
                dead[service, reason] += count
            unpublished += await self.value(service, _UNPUBLISHED)
        messages = await self.rows("campaigns", _MESSAGES)
        return Figures(
            customers=_counted(await self.rows("customers", _CUSTOMERS)),
            history=recorded["history"],
            live=recorded["live"],
            responses=_counted(await self.rows("interactions", _RESPONSES)),
            segments=tuple(SegmentNow(**row) for row in await self.rows("analytics", _SEGMENTS)),
            messages=Counter({(campaign, state, reason): count for campaign, state, reason, count in messages}),
            dead=dead,
            unpublished=unpublished,
        )


def _counted(rows: list[asyncpg.Record]) -> Counter[str]:
    return Counter({str(row[0]): row[1] for row in rows})
