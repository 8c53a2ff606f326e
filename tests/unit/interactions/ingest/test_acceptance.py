"""What may be recorded: the rules both doors ask."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.interactions.ingest.errors import EventRefused, UnacceptableRecord
from services.interactions.ingest.service.accepting import TopicPolicy, read_message, read_record
from shared.contracts.envelope import Unreadable

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _purchase(**changes: Any) -> dict[str, Any]:
    lines = [{"product_id": "p", "quantity": 1, "amount": 100}]
    return {
        "type": "purchase",
        "message_id": "m-1",
        "time": "2026-05-01T11:00:00Z",
        "customer": {"email": "ada@example.test"},
        "data": {"channel": "web", "currency": "USD", "lines": lines},
        **changes,
    }


def _read(body: Any, factor: float = 1.0) -> Any:
    return read_message(orjson.dumps(body), NOW, factor)


def _reasons(body: Any) -> list[str]:
    with pytest.raises(EventRefused) as refusal:
        _read(body)
    return [fault["reason"] for fault in refusal.value.errors]


@pytest.mark.parametrize(
    ("currency", "day", "accepted"),
    [
        ("HRK", "2022-12-31", True),
        ("HRK", "2023-06-01", False),
        ("HRK", "1990-01-01", False),
        ("DEM", "1999-05-01", True),
        ("DEM", "2015-05-01", False),
        ("ITL", "2001-05-01", True),
        ("EUR", "2015-05-01", True),
        ("XTS", "2015-05-01", False),
        ("QQQ", "1999-05-01", False),
    ],
)
def test_a_withdrawn_currency_is_one_on_its_own_days(currency: str, day: str, accepted: bool) -> None:
    """Would catch a history of ten years that cannot be brought in, and marks that are paid with today."""
    body = _purchase(time=f"{day}T12:00:00Z")
    body["data"] = {**body["data"], "currency": currency}
    if accepted:
        assert _read(body).data.currency == currency
    else:
        assert _reasons(body) == ["unknown-currency"]


@pytest.mark.parametrize(
    ("amount", "changes", "accepted"),
    [
        (0, {}, False),
        (0, {"origin": "history"}, True),
        (0, {"time": "2026-04-01T11:00:00Z"}, True),
        (-1, {"origin": "history"}, False),
        (1, {}, True),
    ],
)
def test_what_cost_nothing_is_history_only(amount: int, changes: dict[str, Any], accepted: bool) -> None:
    """Would catch an order without its prices that is recorded, and a gift of last year that cannot be."""
    body = _purchase(**changes)
    body["data"] = {**body["data"], "lines": [{"product_id": "p", "quantity": 1, "amount": amount}]}
    if accepted:
        assert _read(body).message_id == "m-1"
    else:
        assert _reasons(body) == ["empty-total"]


@pytest.mark.parametrize(
    ("seconds", "factor", "accepted"), [(299, 1, True), (301, 1, False), (301, 3600, True), (301 * 3600, 3600, False)]
)
def test_the_tolerance_for_clocks_scales_with_the_business_clock(seconds: int, factor: float, accepted: bool) -> None:
    """Would catch a demo at an hour a second that refuses everything, or a tolerance without a bound."""
    body = _purchase(time=(NOW + timedelta(seconds=seconds)).isoformat())
    if accepted:
        assert _read(body, factor).message_id == "m-1"
    else:
        with pytest.raises(EventRefused):
            _read(body, factor)


def test_a_refusal_says_everything_that_is_wrong() -> None:
    """Would catch publishers who learn of one fault per attempt."""
    body = _purchase(customer={"phone": "+49 30 1234"}, time="2027-01-01T00:00:00Z", traits={"x": "y\x00"})
    assert _reasons(body) == ["future-time", "no-identifier", "bad-trait"]


def test_a_line_that_cost_nothing_is_fine_and_a_basket_is_not() -> None:
    """Would catch a gift that costs the whole basket."""
    gift = {"product_id": "gift", "quantity": 1, "amount": 0}
    paid = {"product_id": "p", "quantity": 1, "amount": 1}
    data = _purchase()["data"]
    assert _read(_purchase(data={**data, "lines": [gift, paid]}))
    assert _reasons(_purchase(data={**data, "lines": [gift, gift]})) == ["empty-total"]


def test_one_fault_in_a_union_is_told_once() -> None:
    """Would catch five errors for one trait, each with a place that is not in the body."""
    with pytest.raises(EventRefused) as refusal:
        _read(_purchase(traits={"a/b": {"c": 1}}))
    assert [fault["where"] for fault in refusal.value.errors] == ["/traits/a~1b"]


def test_a_thousand_faults_are_told_in_part() -> None:
    """Would catch an answer that is larger than the request."""
    data = {**_purchase()["data"], "lines": [{} for _ in range(1_000)]}
    assert len(_reasons(_purchase(data=data))) == 20


def test_the_reason_of_a_dead_letter_is_the_faults_slug() -> None:
    """Would catch dead letters that cannot be counted by reason."""
    data = {**_purchase()["data"], "currency": "XQZ"}
    record = {"publisher": "till", "message": _purchase(data=data)}
    with pytest.raises(UnacceptableRecord) as refused:
        read_record(orjson.dumps(record), NOW, 1.0, TopicPolicy("key"))
    assert refused.value.slug == "unknown-currency"


def test_a_fault_over_kafka_points_into_the_record() -> None:
    """Would catch a place that is off by the wrapping."""
    for record, where in (
        ({"publisher": "till", "message": _purchase(colour=1)}, "/message/colour"),
        ({"publisher": "till", "message": {"type": "x"}}, "/message/type"),
        ({"message": _purchase()}, "/publisher"),
    ):
        with pytest.raises(UnacceptableRecord, match=where):
            read_record(orjson.dumps(record), NOW, 1.0, TopicPolicy("key"))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Would catch an exception that is no refusal: it would stop the worker."""
    with pytest.raises(EventRefused):
        read_message(raw, NOW, 1.0)
    with pytest.raises(Unreadable):
        read_record(raw, NOW, 1.0, TopicPolicy("key"))


@given(
    st.sampled_from(["type", "message_id", "time", "customer", "traits", "origin", "data", "else"]),
    JSON,
)
def test_any_value_in_any_place_is_read_or_refused(field: str, value: Any) -> None:
    """The same for messages that are almost right."""
    try:
        raw = orjson.dumps(_purchase(**{field: value}))
    except TypeError:
        return  # beyond 64 bits: such bytes are covered above and by the component tests
    with contextlib.suppress(EventRefused):
        read_message(raw, NOW, 1.0)
