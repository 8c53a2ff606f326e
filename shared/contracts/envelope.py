"""The envelope of every event: CloudEvents names, the same bytes in outbox, topic, dead letters and examples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict

from shared.ids import read_id


class Origin(StrEnum):
    """Why an event exists. Inherited along `cause`; campaigns enrol on `live` only."""

    LIVE = "live"
    HISTORY = "history"
    BACKFILL = "backfill"
    RESTATED = "restated"
    MERGE = "merge"
    REPAIR = "repair"


class Fact(BaseModel):
    """Base of every event's `data`. Unknown fields are ignored: only the outer doors are strict."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]


class Part(BaseModel):
    """Base of a structure nested in a fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")


D = TypeVar("D", bound=Fact)


@dataclass(frozen=True, slots=True)
class Envelope(Generic[D]):
    """One event, as it is emitted and handled.

    `subject` is the customer id (or the id of the thing a non-customer event is about) and the key on the topic.
    `version` grows by one per subject and source, in the order of commits. `time` is when it occurred, `recorded_at`
    when it was recorded, both UTC. `cause` is the id of the event that led to this one.
    """

    id: UUID
    type: str
    source: str
    subject: UUID
    time: datetime
    recorded_at: datetime
    version: int
    origin: Origin
    cause: UUID | None
    traceparent: str | None
    data: D

    def to_bytes(self) -> bytes:
        """The event as it is stored and sent (UTF-8 JSON)."""
        return orjson.dumps(
            {
                "specversion": "1.0",
                "id": str(self.id),
                "type": self.type,
                "source": self.source,
                "subject": str(self.subject),
                "time": _iso(self.time),
                "recorded_at": _iso(self.recorded_at),
                "version": self.version,
                "origin": self.origin.value,
                "cause": str(self.cause) if self.cause else None,
                "traceparent": self.traceparent,
                "data": self.data.model_dump(mode="json"),
            }
        )


class Unreadable(ValueError):
    """Bytes that are no event of ours; the text names the fault."""


def read_envelope(raw: bytes, known: dict[str, type[Fact]]) -> Envelope[Any] | None:
    """The event in `raw`, or None when its type is not in `known`.

    Raises Unreadable for bytes that are not JSON, miss a field, or carry data that its contract refuses.
    """
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Unreadable("not a JSON object")
    try:
        fact = known.get(body["type"])
        if fact is None:
            return None
        cause = body.get("cause")
        return Envelope(
            id=read_id(body["id"]),
            type=body["type"],
            source=_text(body["source"]),
            subject=read_id(body["subject"]),
            time=_instant(body["time"]),
            recorded_at=_instant(body["recorded_at"]),
            version=_int64(body["version"]),
            origin=Origin(body["origin"]),
            cause=read_id(cause) if cause else None,
            traceparent=None if body.get("traceparent") is None else _text(body["traceparent"]),
            data=fact.model_validate(body["data"]),
        )
    except KeyError as error:
        raise Unreadable(f"field {error} is missing") from error
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise Unreadable(str(error)) from error


def _iso(moment: datetime) -> str:
    ours = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{ours.isoformat(timespec='microseconds')[:-6]}Z"


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _int64(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError(f"{value!r} is no integer of 64 bits")
    return value
