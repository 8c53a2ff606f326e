"""The partition of a key is the one that every client of Kafka chooses."""

from __future__ import annotations

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as murmur2_of_the_library
from hypothesis import given
from hypothesis import strategies as st

from shared.kafka.partitioner import murmur2, partition_of_key, partitioner


@given(st.binary(max_size=80))
def test_the_hash_is_the_one_of_the_library(key: bytes) -> None:
    """Catches keys that wander to other partitions: a customer's events would be in two of them, without an order."""
    assert murmur2(key) == murmur2_of_the_library(key)


@given(st.binary(max_size=80), st.integers(1, 48))
def test_a_producer_and_a_round_of_the_relay_agree_with_the_default(key: bytes, count: int) -> None:
    """Catches a route that publishes beside the outbox to another partition than the relay."""
    every = list(range(count))
    expected = DefaultPartitioner()(key, every, every)
    assert partitioner(key, every, every) == partition_of_key(key, count) == expected


def test_without_a_key_any_available_partition_will_do() -> None:
    """Catches a hash of nothing."""
    assert partitioner(None, [0, 1, 2], [2]) == 2
