"""Which partition a customer's events lie in: who owns the partition writes the customer's state."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.topics import PARTITIONS
from shared.kafka.partitioner import partition_of_key


def partition_of(customer_id: UUID) -> int:
    """The partition that the producer's default partitioner chooses for the key of this customer."""
    return partition_of_key(str(customer_id).encode(), PARTITIONS)
