"""Read records with a header name that is not UTF-8, its odd bytes spelled out (\\xff).

The client refuses the whole fetch because of one of them, for ever, so a publisher could stop a service with one
record. Its pure Python reader is slow, so a process uses this one only after it has met such a record.
"""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

_MAGIC_AT = 16


class _TolerantBytes(bytearray):
    def __getitem__(self, at: Any) -> Any:
        value = super().__getitem__(at)
        return _TolerantBytes(value) if isinstance(at, slice) else value

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return super().decode(encoding, "backslashreplace")


class _TolerantBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _TolerantBytes(self._buffer)


class _TolerantRecords(_MemoryRecordsPy):  # type: ignore[misc]
    def next_batch(self, *given: Any) -> Any:
        piece = self._next_slice
        batch = super().next_batch(*given)
        return _TolerantBatch(piece) if piece is not None and piece[_MAGIC_AT] >= 2 else batch


async def decode_tolerantly(consumer: AIOKafkaConsumer) -> None:
    """From now on this process reads such records; `consumer` reads again from where it stands."""
    fetcher.MemoryRecords = _TolerantRecords
    for partition in consumer.assignment():
        consumer.seek(partition, await consumer.position(partition))
