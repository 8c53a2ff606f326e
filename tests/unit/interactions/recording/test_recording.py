"""Origins, digests of messages, and what is new about a customer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.interactions.identity.domain import person_of
from services.interactions.recording.domain.digests import message_digest, observation_digests, tells_anything_new
from services.interactions.recording.domain.interactions import origin_of
from shared.contracts.envelope import Origin
from shared.contracts.inbound import CustomerRef

KEY = "a key of this test"


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_news_is_what_changed() -> None:
    """Would catch a change back to an old value that is swallowed, and an order of fields that counts as news."""
    person = person_of(KEY, CustomerRef(email="ada@example.test"))
    first = observation_digests(person, {"a": 1, "b": 2}, "server")
    assert tells_anything_new(first, {})
    assert not tells_anything_new(observation_digests(person, {"b": 2, "a": 1}, "server"), first)
    assert tells_anything_new(observation_digests(person, {"a": 1}, "server"), first)
    assert not tells_anything_new(observation_digests(person, {}, "server"), first)
    assert not tells_anything_new({}, {})


def test_a_servers_word_is_news_after_a_browsers() -> None:
    """Would catch an account that is never joined, since a browser said the same before and was not believed."""
    person = person_of(KEY, CustomerRef(email="ada@example.test"))
    heard, known = (observation_digests(person, {"a": 1}, trust) for trust in ("browser", "server"))
    assert tells_anything_new(known, heard)
    assert not tells_anything_new(heard, heard)
    assert not tells_anything_new(heard, known)


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_digest_belongs_to_one_message_of_one_publisher(publisher: str, message_id: str, other: str) -> None:
    """Would catch two publishers' messages, or two messages, that are taken for one."""
    digest = message_digest(KEY, publisher, message_id)
    assert digest == message_digest(KEY, publisher, message_id)
    assert (digest == message_digest(KEY, publisher, other)) == (message_id == other)
    assert digest != message_digest("another key", publisher, message_id)


@pytest.mark.parametrize(
    ("claimed", "age", "origin"),
    [
        ("live", timedelta(0), Origin.LIVE),
        ("live", timedelta(hours=24), Origin.LIVE),
        ("live", timedelta(hours=24, seconds=1), Origin.HISTORY),
        ("history", timedelta(0), Origin.HISTORY),
    ],
)
def test_only_today_is_live(claimed: str, age: timedelta, origin: Origin) -> None:
    """Would catch an import that mails."""
    assert origin_of(claimed, NOW - age, NOW) == origin
