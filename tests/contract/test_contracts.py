"""The contracts hold for ever: golden examples are read, schemas only grow, the AsyncAPI document is the code's."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.contracts import asyncapi
from shared.contracts.compatibility import EXAMPLES, SCHEMAS, breaks, schema_of
from shared.contracts.envelope import Unreadable, read_envelope
from shared.contracts.registry import FACTS
from shared.contracts.topics import ON_THE_BROKER, TOPICS, WATERMARKS
from shared.contracts.watermark import Watermark, read_watermark

GOLDEN = sorted(EXAMPLES.glob("*/*.json"))


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_golden_example_is_read_and_written_back(file: Path) -> None:
    """Catches a change after which yesterday's events in the topics cannot be read."""
    raw = file.read_bytes()
    event = read_envelope(raw, FACTS)
    assert event is not None
    written, golden = json.loads(event.to_bytes()), json.loads(raw)
    assert written | {"data": None} == golden | {"data": None}
    assert golden["data"].items() <= written["data"].items()


def test_every_fact_has_an_example_a_frozen_schema_and_a_topic() -> None:
    """Catches a new event that nobody could compare tomorrow."""
    assert {file.parent.name for file in GOLDEN} == set(FACTS)
    assert {file.stem for file in SCHEMAS.glob("*.json")} == set(FACTS)
    assert {fact.TOPIC for fact in FACTS.values()} <= set(TOPICS)
    assert all(fact.TYPE.startswith(f"{fact.__module__.rsplit('.', 1)[1]}.") for fact in FACTS.values())


@pytest.mark.parametrize("kind", FACTS)
def test_a_contract_only_grows_by_optional_fields(kind: str) -> None:
    """Catches a field renamed, removed, retyped or newly required. `./crm asyncapi` freezes."""
    frozen = json.loads((SCHEMAS / f"{kind}.json").read_text())
    assert breaks(frozen, schema_of(FACTS[kind])) == []
    assert frozen == schema_of(FACTS[kind]), "grown: freeze it"


def test_the_compatibility_check_sees_each_way_of_breaking() -> None:
    """Catches a checker that lets everything pass."""
    old = schema_of(FACTS["interactions.purchase_recorded.v1"])
    gone, required, retyped, nested = (copy.deepcopy(old) for _ in range(4))
    del gone["properties"]["amount"]
    required["properties"]["till"] = {"type": "string"}
    required["required"] = [*required["required"], "till"]
    retyped["properties"]["amount"] = {"type": "number"}
    del nested["$defs"]["Line"]["properties"]["quantity"]
    assert all(breaks(old, new) for new in (gone, required, retyped, nested))
    missing, deep, listed, absent = (copy.deepcopy(old) for _ in range(4))
    missing["required"] = [*missing["required"], "store"]
    deep["$defs"]["Line"]["required"].append("brand")
    listed["properties"]["channel"]["enum"].remove("visit")
    absent["$defs"]["Line"]["properties"]["discount"]["default"] = 1
    assert all(breaks(old, new) for new in (missing, deep, listed, absent))
    named = old | {"$defs": {**old["$defs"], "Colour": {"enum": ["red", "blue"], "type": "string"}}}
    fewer = old | {"$defs": {**old["$defs"], "Colour": {"enum": ["red"], "type": "string"}}}
    assert breaks(named, fewer)
    grown = copy.deepcopy(old)
    grown["properties"]["till"] = {"type": "string"}
    assert breaks(old, grown) == []


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[]", b"{}", b'{"type": "customers.merged.v1", "id": "x"}', b"null"])
def test_bytes_that_are_no_event_are_refused_in_words(raw: bytes) -> None:
    """Catches an exception of another kind, which would count as a failure of the handler."""
    with pytest.raises(Unreadable, match=r"\w+"):
        read_envelope(raw, FACTS)


def test_unknown_types_and_fields_are_passed_over() -> None:
    """Catches a consumer that breaks when a newer producer says more."""
    golden = json.loads((EXAMPLES / "customers.merged.v1" / "example.json").read_text())
    assert read_envelope(json.dumps(golden | {"type": "customers.unheard_of.v1"}).encode(), FACTS) is None
    newer = golden | {"newer": 1, "data": golden["data"] | {"newer": 1}}
    assert read_envelope(json.dumps(newer).encode(), FACTS) is not None


def test_the_asyncapi_document_is_the_codes() -> None:
    """Catches a contract changed without `./crm asyncapi`."""
    assert asyncapi.DOCUMENT.read_text() == asyncapi.render()


def test_partitions_are_equal_where_analytics_hears() -> None:
    """Catches a topic with another number of partitions: a customer's events would meet on two workers."""
    heard = [topic.partitions for topic in TOPICS.values() if "analytics" in topic.consumers]
    assert len(set(heard)) == 1
    assert all(topic.config["message.timestamp.type"] == "LogAppendTime" for topic in ON_THE_BROKER)


def test_publishers_may_pack_their_records() -> None:
    """Catches a batch in lz4, snappy or zstd that reaches a client which cannot unpack it: no consumer gets past it."""
    assert all(topic.config["compression.type"] == "uncompressed" for topic in TOPICS.values())


def test_every_service_that_analytics_hears_tells_how_far_it_is() -> None:
    """Catches a topic that joins what analytics hears while its relay says no watermark: its lag would be a lapse."""
    heard = {one for name, topic in TOPICS.items() if name.endswith("-events") and "analytics" in topic.consumers
             for one in topic.producers}  # fmt: skip
    assert heard == set(WATERMARKS.producers)
    assert WATERMARKS.partitions == 1, "one order for all that is said of a service"


def test_a_watermark_is_read_as_it_was_written_and_nothing_else_is() -> None:
    """Catches a watermark that loses its zone or its fraction, and bytes that stop the reader."""
    mark = Watermark(service="interactions", until=datetime(2017, 6, 1, 12, 0, 0, 123456, tzinfo=UTC))
    assert read_watermark(mark.to_bytes()) == mark
    for raw in (None, b"", b"\xff", b"[]", b'{"service": "interactions"}', b'{"service": "a", "until": "2017-06-01"}'):
        with pytest.raises(Unreadable):
            read_watermark(raw)
