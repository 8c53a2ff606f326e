"""The partition of a key: the one that every Kafka client chooses by default (murmur2 of the bytes)."""

from __future__ import annotations

from collections.abc import Sequence
from struct import unpack_from

from aiokafka.partitioner import DefaultPartitioner

_WORD = 0xFFFFFFFF
_M = 0x5BD1E995
_SEED = 0x9747B28C
_without_key = DefaultPartitioner()


def partition_of_key(key: bytes, partitions: int) -> int:
    """The partition of `key` among so many."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def partitioner(key: bytes | None, every: Sequence[int], available: Sequence[int]) -> int:
    """A producer's partitioner: the default one, with the hash below."""
    if key is None:
        return int(_without_key(key, every, available))
    return every[partition_of_key(key, len(every))]


def murmur2(data: bytes) -> int:
    """MurmurHash2 as in org.apache.kafka.common.utils.Utils. A word at a time: less than half of the time that
    aiokafka's own takes, which goes byte by byte."""
    size = len(data)
    words = size // 4
    state = _SEED ^ size
    for word in unpack_from(f"<{words}I", data):
        mixed = word * _M & _WORD
        state = (state * _M ^ (mixed ^ mixed >> 24) * _M) & _WORD
    if size % 4:
        state = (state ^ int.from_bytes(data[words * 4 :], "little")) * _M & _WORD
    state = (state ^ state >> 13) * _M & _WORD
    return state ^ state >> 15
