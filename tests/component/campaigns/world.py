"""The world around campaigns: customers, consents, segments, campaigns, senders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from services.campaigns.campaigns.service import starting
from services.campaigns.capabilities import CAPABILITIES, CONSUMERS
from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.content.clients import LetterWriters
from services.campaigns.delivery.clients import Permission, Question, ServiceClients
from services.campaigns.delivery.domain.hand_over import Channel
from services.campaigns.delivery.streams.handover import CardsAndPermits, HandOver
from services.campaigns.delivery.streams.lane import Lane
from services.campaigns.delivery.streams.ledger import Ledger
from services.campaigns.delivery.streams.refusals import Refusals
from services.campaigns.delivery.streams.session import SenderSession
from services.campaigns.messages.service import settling
from shared.capabilities import subscriptions_of
from shared.contracts.analytics import MembershipsChanged, SegmentChanged, Transition
from shared.contracts.envelope import Envelope, Fact, Origin, read_envelope
from shared.contracts.registry import FACTS
from shared.database.engine import Database
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record, Subscription
from shared.ids import new_id
from shared.kafka.clients import make_producer, wire_name
from shared.redis import Pace, make_redis
from tests.component.campaigns.post_office import PostOffice
from tests.fakes import FixedClock

TEXT = "Hello {{ customer.name }}! https://shop.example.test/apples?u=7 {{ unsubscribe_url }}"


class RealServices:
    """The real apps of customers and privacy; a test overrides what shall go wrong on the way."""

    def __init__(self, services: ServiceClients) -> None:
        self.real = services

    async def cards(self, customer_ids: Sequence[UUID]) -> dict[UUID, Card]:
        """Contact cards."""
        return await self.real.cards(customer_ids)

    async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
        """Permits."""
        return await self.real.permits(questions)

    async def close(self) -> None:
        """Left open: they outlive a sender."""


@dataclass
class World:
    """Everything of one session."""

    settings: Settings
    database: Database
    clock: FixedClock
    services: ServiceClients
    channel: Channel
    writers: LetterWriters
    post_office: PostOffice
    app: FastAPI
    api: httpx.AsyncClient
    customers: httpx.AsyncClient
    privacy: httpx.AsyncClient
    sessions: list[SenderSession] = field(default_factory=list)
    _versions: dict[UUID, int] = field(default_factory=dict)
    _offset: int = 0

    async def customer(self, *, email: str | None = None, consent: bool = True) -> UUID:
        """Somebody with an address, and a granted consent to offers."""
        address = email or f"{uuid4().hex[:12]}@example.test"
        body: dict[str, Any] = {"identifiers": [{"kind": "email", "value": address}]} if email != "" else {}
        body["identifiers"] = [*body.get("identifiers", []), {"kind": "card", "value": uuid4().hex}]
        answer = await self.customers.post("/customers", json=body)
        if answer.status_code == 409:
            body["identifiers"] = body["identifiers"][1:]
            answer = await self.customers.post("/customers", json=body)
        assert answer.status_code == 201, answer.text
        customer_id = UUID(answer.json()["customer_id"])
        if consent:
            await self.consent(customer_id, "granted")
        return customer_id

    async def consent(self, customer_id: UUID, action: str, purpose: str = "offers") -> None:
        """A consent statement about offers by e-mail."""
        body: dict[str, Any] = {
            "customer": {"customer_id": str(customer_id)},
            "purpose": purpose,
            "channel": "email",
            "action": action,
        }
        if action == "granted":
            body |= {"wording": "Yes, write to me.", "wording_version": "1"}
        answer = await self.privacy.post("/consents", json=body)
        assert answer.status_code == 201, answer.text

    async def campaign(self, *, start: bool = True, segment: UUID | None = None, **changes: Any) -> UUID:
        """A running campaign for whoever enters `segment`."""
        body = {
            "name": "Apples",
            "purpose": "offers",
            "trigger": {"kind": "segment_entered", "segment_id": str(segment or uuid4())},
            "content": {"subject": "Apples, {{ customer.name }}", "text": TEXT},
            **changes,
        }
        answer = await self.api.post("/campaigns", json=body)
        assert answer.status_code == 201, answer.text
        campaign_id = UUID(answer.json()["id"])
        if start:
            if (used := body["trigger"].get("segment_id")) is not None:
                await self.segment(UUID(used))
            await self.call(campaign_id, "start")
        return campaign_id

    async def segment(
        self, segment_id: UUID | None = None, state: Literal["backfilling", "live", "archived"] = "live"
    ) -> UUID:
        """Analytics tells of a segment."""
        made = segment_id or uuid4()
        await self.handle(self.event(SegmentChanged(name=f"Segment {made}", version=1, state=state), made))
        return made

    async def freeze(self) -> None:
        """What the job does that freezes audiences."""
        async with self.database.transaction() as tx:
            waiting = await starting.to_freeze(tx)
        for campaign_id in waiting:
            more = True
            while more:
                async with self.database.transaction() as tx:
                    more = await starting.freeze_piece(tx, campaign_id, size=3)

    async def call(self, campaign_id: UUID, action: str) -> dict[str, Any]:
        """start, pause, resume or stop it."""
        answer = await self.api.post(f"/campaigns/{campaign_id}/{action}")
        assert answer.status_code in (200, 202), answer.text
        if answer.status_code == 202:
            await self.freeze()
        return await self.shown(campaign_id)

    async def shown(self, campaign_id: UUID) -> dict[str, Any]:
        """The campaign as it is now."""
        answer = await self.api.get(f"/campaigns/{campaign_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def report(self, campaign_id: UUID) -> dict[str, Any]:
        """Its report, which adds up."""
        answer = await self.api.get(f"/campaigns/{campaign_id}/report")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert found["adds_up"]
        return found

    def event(
        self, fact: Fact, subject: UUID, *, at: datetime | None = None, origin: Origin = Origin.LIVE
    ) -> Envelope[Any]:
        """The next event of that customer's, from another service."""
        self._versions[subject] = self._versions.get(subject, 0) + 1
        now = self.clock.now()
        source = fact.TYPE.split(".")[0]
        return Envelope(
            new_id(), fact.TYPE, source, subject, at or now, now, self._versions[subject], origin, None, None, fact
        )

    def moved(
        self, customer_id: UUID, *, into: UUID | None = None, out_of: UUID | None = None, **event: Any
    ) -> Envelope[Any]:
        """A membership that changed."""
        now = self.clock.now()
        entered = [Transition(segment_id=into, version=1, at=now, by="time")] if into else []
        left = [Transition(segment_id=out_of, version=1, at=now, by="time")] if out_of else []
        return self.event(MembershipsChanged(entered=entered, left=left), customer_id, **event)

    @property
    def subscription(self) -> Subscription:
        """What the worker's consumer reads and handles."""
        [found] = subscriptions_of(self.settings, CAPABILITIES, CONSUMERS)
        return found

    async def handle(self, *events: Envelope[Any]) -> None:
        """Deliver these as one batch; all must be handled."""
        before = await self.value("select count(*) from dead_letters")
        await BatchProcessor(self.database, self.subscription).process([self.record(event) for event in events])
        assert await self.value("select count(*) from dead_letters") == before, await self.value(
            "select error from dead_letters order by created_at desc limit 1"
        )

    async def publish(self, *events: Envelope[Any]) -> None:
        """Events of other services on their topics."""
        producer = make_producer(self.settings)
        await producer.start()
        try:
            for event in events:
                headers = [("type", event.type.encode())]
                topic = wire_name(self.settings, event.data.TOPIC)
                await producer.send_and_wait(topic, event.to_bytes(), key=str(event.subject).encode(), headers=headers)
        finally:
            await producer.stop()

    def record(self, event: Envelope[Any]) -> Record:
        """The event as it lies on its topic, at a new offset."""
        self._offset += 1
        headers = [("type", event.type.encode())]
        return Record(event.data.TOPIC, 0, self._offset, str(event.subject).encode(), event.to_bytes(), headers)

    async def sender(
        self, *, channel: Channel | None = None, services: CardsAndPermits | None = None, ledger: type[Ledger] = Ledger
    ) -> Lane:
        """A sender of its own, as a worker would run it, turned by hand."""
        session = await SenderSession.open(self.settings.database_url, self.settings.sender_address)
        await session.look()
        self.sessions.append(session)
        view = ledger(self.database, self.settings, session.holder)
        asked = services or self.services
        hand_over = HandOver(
            view,
            session,
            asked,
            channel or self.channel,
            self.writers,
            Refusals(self.database, session, self.settings.sender_address),
            self.clock,
            self.settings.smtp_connections,
        )
        pace = Pace(make_redis(self.settings), "smtp", rate=100_000.0, burst=10_000.0)
        return Lane(view, session, asked, hand_over, pace, self.settings)

    async def send(self) -> None:
        """One sender works until nothing is due."""
        lane = await self.sender()
        while await lane.turn():
            pass

    async def close_senders(self) -> None:
        """Every sender's process ends."""
        while self.sessions:
            await self.sessions.pop().close()

    async def recover(self) -> tuple[int, int]:
        """What the recovery job does, once the database has noticed that the sessions are gone."""
        freed = lost = 0
        for _ in range(100):
            async with self.database.transaction() as tx:
                now_freed, now_lost = await settling.recover(tx)
            freed, lost = freed + now_freed, lost + now_lost
            if not await self.value(
                "select count(*) from messages where holder is not null and state in ('waiting', 'claimed')"
            ):
                break
        return freed, lost

    async def emitted(self, subject: UUID, kind: type[Fact]) -> list[Any]:
        """What campaigns has emitted about `subject`, in order."""
        async with self.database.transaction() as tx:
            rows = await tx.rows("select value from outbox where key = :key order by id", {"key": subject})
        found = [read_envelope(bytes(row["value"]), FACTS) for row in rows]
        return [event.data for event in found if event is not None and isinstance(event.data, kind)]

    async def states(self, campaign_id: UUID) -> Mapping[str, int]:
        """Messages of the campaign by state."""
        async with self.database.transaction() as tx:
            rows = await tx.rows(
                "select state, count(*) as count from messages where campaign_id = :id group by 1", {"id": campaign_id}
            )
        return {row["state"]: row["count"] for row in rows}

    async def value(self, sql: str, **params: Any) -> Any:
        """One value of the database."""
        async with self.database.transaction() as tx:
            return await tx.value(sql, params)

    async def execute(self, sql: str, **params: Any) -> None:
        """Change the database behind the service's back."""
        async with self.database.transaction() as tx:
            await tx.execute(sql, params)


def recipients(office: PostOffice) -> Sequence[str]:
    """To whom the mails in the box went."""
    return [str(mail["To"]) for mail in office.mails]
