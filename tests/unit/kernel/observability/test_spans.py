"""Spans: nothing while they are off, and never a person's data while they are on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.registry import unconnected_settings
from shared.observability.spans import finish, is_on, mark, span, start_spans, statement, stop_spans
from shared.observability.tracing import current_traceparent, trace_id

PARENT = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
def recorded() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    start_spans(unconnected_settings("privacy"), "test", SimpleSpanProcessor(exporter))
    yield exporter
    stop_spans()


def test_while_they_are_off_a_span_is_nothing() -> None:
    """Catches spans that cost something, or an exporter that starts by itself."""
    start_spans(unconnected_settings("privacy"), "test")
    assert not is_on()
    before = current_traceparent()
    assert span("work", parent=PARENT) is span("other", db__query__text="select 1")
    with span("work", parent=PARENT):
        assert current_traceparent() == before
    assert statement("select 1") is None
    finish(None)


def test_a_span_goes_on_with_the_trace_that_came(recorded: InMemorySpanExporter) -> None:
    """Catches two traces side by side: the one of the spans, and the one of rows, records and logs."""
    with span("outer", "server", parent=PARENT):
        outer = current_traceparent()
        with span("inner"):
            assert trace_id(current_traceparent()) == "a" * 32
        assert current_traceparent() == outer
    inner_span, outer_span = recorded.get_finished_spans()
    assert outer is not None
    assert outer_span.parent is not None
    assert inner_span.parent is not None
    assert (f"{outer_span.parent.span_id:016x}", f"{inner_span.parent.span_id:016x}") == ("b" * 16, outer[36:52])
    assert current_traceparent() != outer


def test_only_listed_attributes_leave(recorded: InMemorySpanExporter) -> None:
    """Catches an address, an id or a body that somebody adds to a span."""
    with span("work") as current:
        for name in ("customer.email", "url.full", "db.query.parameter.0"):
            with pytest.raises(ValueError, match="not among"):
                current.set(name, "anna@example.test")
    with pytest.raises(ValueError, match="not among"):
        span("work", enduser__id="anna")


def test_a_failure_is_told_by_its_kind_alone(recorded: InMemorySpanExporter) -> None:
    """Catches texts of exceptions: those of databases quote rows."""
    with pytest.raises(RuntimeError), span("work"):
        raise RuntimeError("anna@example.test is not allowed")
    (failed,) = recorded.get_finished_spans()
    assert failed.attributes == {"error.type": "RuntimeError"}
    assert "anna" not in failed.to_json()


def test_what_is_written_into_a_statement_stays_here(recorded: InMemorySpanExporter) -> None:
    with span("work"):
        finish(statement("select *\n from people where email = 'anna@example.test' and phone = 4930123456 and id = $1"))
    shown = recorded.get_finished_spans()[0].attributes
    assert shown is not None
    assert shown["db.query.text"] == "select * from people where email = ? and phone = ? and id = $1"
    assert shown["db.operation.name"] == "SELECT"


def test_work_for_many_is_marked_in_each_trace_that_is_one(recorded: InMemorySpanExporter) -> None:
    mark("consumer", 1, [("hear", PARENT), ("hear", None), ("hear", "nonsense")])
    (marked,) = recorded.get_finished_spans()
    assert marked.start_time == 1
    assert marked.parent is not None
    assert f"{marked.parent.trace_id:032x}" == "a" * 32
