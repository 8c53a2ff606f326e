"""Every topic: who writes it, who reads it, how long it is kept. The AsyncAPI document is made from this file."""

from __future__ import annotations

from dataclasses import dataclass

# Equal for all topics that analytics reads and never changed: partition n of each belongs to the same customers.
PARTITIONS = 12
_DAY_MS = 24 * 3600 * 1000
# Whoever starts reads such a topic from its beginning: the cleaner leaves the segment that is being written, so it is
# closed every ten minutes, and cleaned as soon as there is anything to clean.
_COMPACTED = {"cleanup.policy": "compact", "segment.ms": "600000", "min.cleanable.dirty.ratio": "0.01"}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's settings. `producers` and `consumers` are services; `public` means that publishers outside write it.

    A `compacted` topic keeps the last record of each key for ever, and others for some minutes.
    """

    name: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    retention_days: int = 30
    partitions: int = PARTITIONS
    public: bool = False
    compacted: bool = False

    @property
    def config(self) -> dict[str, str]:
        """The broker's settings for this topic."""
        kept = {"cleanup.policy": "delete", "retention.ms": str(self.retention_days * _DAY_MS)}
        return {
            **(_COMPACTED if self.compacted else kept),
            # The broker's own clock, not the publisher's: Kafka deletes records stamped with old times unread.
            "message.timestamp.type": "LogAppendTime",
            # The broker unpacks what publishers pack: our clients read no lz4, snappy or zstd.
            "compression.type": "uncompressed",
        }


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("interactions-inbound", ("interactions", "campaigns"), ("interactions",), retention_days=7, public=True),
        Topic("customers-inbound", ("interactions", "privacy"), ("customers",), retention_days=7),
        Topic("interactions-events", ("interactions",), ("analytics", "campaigns", "customers", "privacy")),
        # Products, key = product: any service may keep a copy of its own. Nobody of this installation reads it yet.
        Topic("catalogue", ("interactions",), (), compacted=True),
        Topic("customers-events", ("customers",), ("interactions", "analytics", "campaigns", "privacy")),
        Topic("analytics-events", ("analytics",), ("campaigns", "privacy")),
        Topic("campaigns-events", ("campaigns",), ("interactions", "privacy")),
        Topic("privacy-events", ("privacy",), ("customers", "interactions", "analytics", "campaigns")),
        Topic("campaigns-restate", ("customers", "analytics", "privacy"), ("campaigns",), retention_days=7),
        Topic("analytics-restate", ("interactions", "customers", "privacy"), ("analytics",), retention_days=7),
    )
}
# How far each relay is, key = service (shared.contracts.watermark). Only of services whose events bring about lapses;
# nothing of a customer is on it, so it is none of the topics that bear events.
WATERMARKS = Topic("watermarks", ("interactions", "customers", "privacy"), ("analytics",), partitions=1, compacted=True)
ON_THE_BROKER = (*TOPICS.values(), WATERMARKS)
_PUBLISHER = "interactions-inbound-"


def publisher_topic(name: str) -> Topic:
    """A trusted publisher's own way in: only it may write there, so the topic's name proves who speaks."""
    return Topic(f"{_PUBLISHER}{name}", (), ("interactions",), retention_days=7, public=True)


def publisher_of(topic: str) -> str | None:
    """Whose topic this is; None for the one that all publishers share, and for any other."""
    return topic.removeprefix(_PUBLISHER) if topic.startswith(_PUBLISHER) else None


def partitions_of(topic: str) -> int:
    """How many it has."""
    if topic in TOPICS:
        return TOPICS[topic].partitions
    return PARTITIONS if publisher_of(topic) else 1
