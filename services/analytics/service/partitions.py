"""Which partition a customer's events lie in: who owns the partition writes the customer's state."""

from __future__ import annotations

from uuid import UUID

from aiokafka.partitioner import murmur2

from shared.contracts.topics import PARTITIONS


def partition_of(customer_id: UUID) -> int:
    """The partition that the producer's default partitioner chooses for the key of this customer."""
    hashed: int = murmur2(str(customer_id).encode())
    return (hashed & 0x7FFFFFFF) % PARTITIONS
