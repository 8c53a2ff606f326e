"""Bytes that are almost an event: refused with a reason, so that they go to the dead letters at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from shared.contracts.customers import CustomersMerged
from shared.contracts.envelope import Unreadable, read_envelope

KNOWN: dict[str, Any] = {CustomersMerged.TYPE: CustomersMerged}
ID = "01936b3c-7a50-7000-8000-000000000001"


def an_event(**changes: Any) -> bytes:
    body = {
        "id": ID,
        "type": CustomersMerged.TYPE,
        "source": "customers",
        "subject": ID,
        "time": "2026-01-01T00:00:00Z",
        "recorded_at": "2026-01-01T02:00:00+02:00",
        "version": 1,
        "origin": "live",
        "cause": None,
        "traceparent": None,
        "data": {"merge_id": ID, "survivor": ID, "absorbed": ID},
    }
    return orjson.dumps({name: value for name, value in (body | changes).items() if value != "GONE"})


def test_an_event_is_read_in_utc() -> None:
    event = read_envelope(an_event(cause=ID, newer=1), KNOWN)
    assert event is not None
    assert (event.id, event.cause) == (UUID(ID), UUID(ID))
    assert event.recorded_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert event.recorded_at.tzinfo is UTC


NO_IDS: list[Any] = [5, None, [], "x"]
NO_TEXTS: list[Any] = [5, [], {}]
NO_VERSIONS: list[Any] = ["1", 1.5, True, None, 2**63, 1e300]
NO_DATA: list[Any] = [[], None, 5, {}, {"merge_id": 1}]
ODD: list[dict[str, Any]] = [
    *({name: "GONE"} for name in ("id", "source", "subject", "time", "recorded_at", "version", "origin", "data")),
    *({name: wrong} for name in ("id", "subject", "time", "recorded_at", "origin") for wrong in NO_IDS),
    *({name: wrong} for name in ("source", "traceparent") for wrong in NO_TEXTS),
    *({"version": wrong} for wrong in NO_VERSIONS),
    *({"data": wrong} for wrong in NO_DATA),
    {"type": []},
    {"time": "2026-01-01T00:00:00"},
    {"time": "0001-01-01T00:00:00+14:00"},
    {"time": "2026-13-01T00:00:00Z"},
    {"cause": 5},
    {"cause": "x"},
]


@pytest.mark.parametrize("changes", ODD, ids=str)
def test_anything_else_is_unreadable(changes: dict[str, Any]) -> None:
    """Catches an exception of another kind, and a value that only the database would refuse, three tries later."""
    with pytest.raises(Unreadable):
        read_envelope(an_event(**changes), KNOWN)


def test_of_a_name_that_comes_twice_the_last_counts() -> None:
    raw = an_event().replace(b'"version":1', b'"version":1,"version":2')
    event = read_envelope(raw, KNOWN)
    assert event is not None
    assert event.version == 2
