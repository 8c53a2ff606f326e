"""Publish the calls of Segment's clients as events, on the road that all events take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.interactions.ingest.domain.publishers import Publisher
from services.interactions.ingest.service.publishing import EventPublisher, RefusedItem
from services.interactions.publishers.service import note_refused
from services.interactions.segment_api.domain.calls import (
    CallRefused,
    NotKept,
    Reading,
    content_of,
    event_of,
    where_in_call,
)
from shared.observability.metrics import counter

CALLS = counter("interactions_segment_calls", "Calls of the Segment API by what became of them", ["outcome"])
DOOR = "segment"
_MOST_REFUSED = 50


@dataclass(slots=True)
class Received:
    """What became of the calls of one request; `refused` has the first 50 of them, by their index."""

    outcomes: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedItem] = field(default_factory=list)

    def refuse(self, index: int, message_id: str | None, errors: list[dict[str, str]]) -> None:
        """Count a refused call, and keep why."""
        self.outcomes["refused"] += 1
        if len(self.refused) < _MOST_REFUSED:
            self.refused.append(RefusedItem(index, message_id, errors))


async def receive_calls(
    publisher: EventPublisher, sender: Publisher, reading: Reading, calls: Sequence[Any]
) -> Received:
    """Every call that is an event is durable on the topic; of the others it is known why not. One that is refused costs
    the others nothing. Raises BrokerUnconfirmed."""
    received, places, events, contents = Received(), [], [], []
    for index, call in enumerate(calls):
        try:
            made = event_of(call, reading)
            content = None if isinstance(made, NotKept) else content_of(call, made)
        except CallRefused as refusal:
            received.refuse(index, None, [refusal.fault])
            note_refused(sender.name, DOOR, [refusal.fault], call)
            continue
        if isinstance(made, NotKept):
            received.outcomes[made.reason] += 1
        else:
            places.append(index)
            events.append(made)
            contents.append(content)
    results = await publisher.publish_batch(sender, events, DOOR, contents, where_in_call)
    for index, result in zip(places, results, strict=True):
        if isinstance(result, RefusedItem):
            received.refuse(index, result.message_id, result.errors)
        else:
            received.outcomes["accepted"] += 1
    for outcome, number in received.outcomes.items():
        CALLS.labels(outcome).inc(number)
    return received
