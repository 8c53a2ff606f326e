"""Which mail was caused by which publication, read from the outboxes: mail → ledger → event → message."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from deploy.demo.checker import Checker
from deploy.demo.latency import Latency, latency_of
from deploy.demo.places import Places
from deploy.local.inbox import Mailbox, parse

# Rows become visible later than their number says; looking back this far finds every one.
_OVERLAP = 1_000
_NEWEST = "select coalesce(max(id), 0) from outbox"
_PURCHASES = """
    select id, event_id, (convert_from(value, 'UTF8')::jsonb->'data'->>'interaction_id')::uuid as interaction_id
    from outbox where id > $1 and type = 'interactions.purchase_recorded.v1'
"""
_MEMBERSHIPS = """
    select id, event_id, (convert_from(value, 'UTF8')::jsonb->>'cause')::uuid as cause
    from outbox where id > $1 and type = 'analytics.memberships_changed.v1'
"""
_MESSAGES = "select id, publisher, message_id from interactions where id = any($1)"
# Nothing held these up: no quiet hours, no cap, no second try.
# A mail whose event is not found by then was brought about by time, or held up.
_GIVE_UP_S = 20.0
_STRAIGHT = """
    select id, entry_id from messages
    where id = any($1) and state = 'handed_over' and deferred_for is null and attempts = 0
"""


class Timing:
    """Seconds from just before an event was published until the mail that it caused was accepted."""

    def __init__(self, places: Places, checker: Checker, sent_at: Mapping[tuple[str, str], float]) -> None:
        self._checker = checker
        self._sent_at = sent_at
        self._mailbox = Mailbox(places.mails)
        self._offset = 0
        self._accepted: dict[UUID, float] = {}
        self._interaction_of: dict[UUID, UUID] = {}
        self._cause_of: dict[UUID, UUID] = {}
        self._seconds: dict[UUID, float] = {}
        self._read_to = {"interactions": 0, "analytics": 0}

    async def begin(self) -> None:
        """From here on: what was published and mailed before does not count."""
        for service in self._read_to:
            self._read_to[service] = await self._checker.value(service, _NEWEST)
        for offset, _ in self._mailbox.rows():
            self._offset = offset

    async def look(self) -> Latency:
        """The figures by now."""
        for offset, row in self._mailbox.rows(self._offset):
            self._offset = offset
            self._accepted[UUID(str(parse(row)["X-Ledger-Key"]))] = row["at"]
        await self._read("interactions", _PURCHASES, self._interaction_of, "interaction_id")
        await self._read("analytics", _MEMBERSHIPS, self._cause_of, "cause")
        await self._settle()
        return latency_of(self._seconds.values())

    async def _read(self, service: str, statement: str, into: dict[UUID, UUID], column: str) -> None:
        for row in await self._checker.rows(service, statement, self._read_to[service] - _OVERLAP):
            self._read_to[service] = max(self._read_to[service], row["id"])
            if row[column] is not None:
                into[row["event_id"]] = row[column]

    async def _settle(self) -> None:
        """Name the publication behind each mail that has one; what time alone brought about has none."""
        newest = max(self._accepted.values(), default=0.0)
        waiting = [key for key, at in self._accepted.items() if key not in self._seconds and at > newest - _GIVE_UP_S]
        entries = {row["id"]: row["entry_id"] for row in await self._checker.rows("campaigns", _STRAIGHT, waiting)}
        behind = {}
        for key, entry in entries.items():
            interaction = self._interaction_of.get(self._cause_of.get(entry, entry))
            if interaction is not None:
                behind[interaction] = key
        for row in await self._checker.rows("interactions", _MESSAGES, list(behind)):
            sent = self._sent_at.get((row["publisher"], row["message_id"]))
            if sent is not None:
                key = behind[row["id"]]
                self._seconds[key] = self._accepted[key] - sent
