"""Kafka door of publishers: records of `interactions-inbound` and of trusted publishers' own topics, which are no
envelopes, checked and recorded."""

from __future__ import annotations

from services.interactions.config import Settings
from services.interactions.ingest.clients import CONTENT, SEAL
from services.interactions.ingest.service.accepting import TopicPolicy, read_record
from services.interactions.recording.domain.messages import InboundEvent
from services.interactions.recording.service.messages import policy_of, record_messages
from shared.clock import open_clock
from shared.contracts.topics import publisher_of
from shared.database.transaction import Tx
from shared.events.floods import publisher_in
from shared.events.subscription import Record, Subscription


def subscriptions(settings: Settings) -> list[Subscription]:
    """The door under these settings. It needs no inbox: the digests of messages do that, for ever."""
    policy, clock = policy_of(settings), open_clock(settings.clock_file)
    reading = TopicPolicy(policy.key, frozenset(settings.trusted_publishers))

    def decode(record: Record) -> InboundEvent:
        return read_record(
            record.value,
            clock.now(),
            clock.factor,
            reading,
            sealed=record.header(SEAL),
            traceparent=record.header("traceparent"),
            received_ms=record.timestamp_ms or None,
            owner=publisher_of(record.topic),
            content=record.header(CONTENT),
        )

    async def on_messages(tx: Tx, inbound: list[InboundEvent]) -> None:
        await record_messages(tx, policy, inbound)

    def published_by(record: Record) -> str:
        return publisher_of(record.topic) or publisher_in(record)

    topics = ["interactions-inbound", *(topic.name for topic in settings.own_topics)]
    return [
        Subscription(
            "interactions-inbound",
            topics,
            decode=decode,
            on_batch=on_messages,
            inbox=False,
            publisher_of=published_by,
            naming=settings.naming,
        )
    ]
