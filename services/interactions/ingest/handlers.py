"""Kafka door of publishers: records of `interactions-inbound` and of trusted publishers' own topics, which are no
envelopes, checked and recorded."""

from __future__ import annotations

from services.interactions.config import Settings
from services.interactions.ingest.clients import CONTENT, SEAL
from services.interactions.ingest.errors import UnacceptableRecord
from services.interactions.ingest.service.accepting import TopicPolicy, read_record
from services.interactions.publishers.service import note_refused
from services.interactions.recording.domain.messages import InboundEvent
from services.interactions.recording.service.messages import policy_of, record_messages
from shared.clock import open_clock
from shared.contracts.inbound import CustomMessage
from shared.contracts.topics import publisher_of
from shared.database.transaction import Tx
from shared.events.floods import publisher_in
from shared.events.subscription import EventsRefused, Record, Subscription

_DOOR = "topic"


def subscriptions(settings: Settings) -> list[Subscription]:
    """The door under these settings. It needs no inbox: the digests of messages do that, for ever."""
    policy, clock = policy_of(settings), open_clock(settings.clock_file)
    reading = TopicPolicy(policy.key, frozenset(settings.trusted_publishers))

    def published_by(record: Record) -> str:
        return publisher_of(record.topic) or publisher_in(record)

    def decode(record: Record) -> InboundEvent:
        try:
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
        except UnacceptableRecord as refusal:
            note_refused(published_by(record), _DOOR, refusal.errors, record.value)
            raise

    async def on_messages(tx: Tx, inbound: list[InboundEvent]) -> None:
        try:
            await record_messages(tx, policy, inbound)
        except EventsRefused as refused:
            for event, refusal in refused.refusals:
                _note(event, refusal)
            raise

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


def _note(event: InboundEvent, refusal: Exception) -> None:
    """The worker's own refusals: an id that was used before, an own event that fits no declared type."""
    message, reason = event.message, str(getattr(refusal, "slug", "refused"))
    declared = [message.data.name] if isinstance(message, CustomMessage) and reason != "unknown-event-name" else []
    fault = {"reason": reason, "where": "", "what": str(refusal), "cure": ""}
    note_refused(event.publisher, _DOOR, [fault], message.model_dump(mode="json"), declared)
