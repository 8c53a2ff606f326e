"""Every topic: who writes it, who reads it, how long it is kept. The AsyncAPI document is made from this file."""

from __future__ import annotations

from dataclasses import dataclass

# Equal for all topics that analytics hears and never changed: partition n of each belongs to the same customers.
PARTITIONS = 12
_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's settings. `producers` and `consumers` are services; `public` means that publishers outside write it."""

    name: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    retention_days: int = 30
    partitions: int = PARTITIONS
    public: bool = False

    @property
    def config(self) -> dict[str, str]:
        """The broker's settings for this topic."""
        return {
            "retention.ms": str(self.retention_days * _DAY_MS),
            # The broker's own clock, not the publisher's: Kafka deletes records stamped with old times unread.
            "message.timestamp.type": "LogAppendTime",
            "cleanup.policy": "delete",
            # The broker unpacks what publishers pack: our clients read no lz4, snappy or zstd.
            "compression.type": "uncompressed",
        }


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("interactions-inbound", ("interactions",), ("interactions",), retention_days=7, public=True),
        Topic("customers-inbound", ("interactions",), ("customers",), retention_days=7),
        Topic("interactions-events", ("interactions",), ("analytics", "campaigns", "customers", "privacy")),
        Topic("customers-events", ("customers",), ("interactions", "analytics", "campaigns", "privacy")),
        Topic("analytics-events", ("analytics",), ("campaigns", "privacy")),
        Topic("campaigns-events", ("campaigns",), ("interactions", "privacy")),
        Topic("privacy-events", ("privacy",), ("customers", "interactions", "analytics", "campaigns")),
        Topic("analytics-restate", ("interactions", "customers", "privacy"), ("analytics",), retention_days=7),
    )
}
