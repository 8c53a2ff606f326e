"""Unsubscribe tokens: what is made is read, and nothing else is."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.security.tokens import UnsubscribeToken, make_unsubscribe_token, read_unsubscribe_token

WORD = st.from_regex(r"[a-z][a-z0-9_.-]{0,49}", fullmatch=True)


@given(customer=st.uuids(), campaign=st.uuids(), message=st.uuids(), purpose=WORD, channel=WORD, key=st.text())
def test_what_was_signed_is_read_again(
    customer: UUID, campaign: UUID, message: UUID, purpose: str, channel: str, key: str
) -> None:
    """Catches a layout that loses or mixes up a field."""
    ids: dict[str, Any] = {"customer_id": customer, "campaign_id": campaign, "message_id": message}
    token = make_unsubscribe_token(key, purpose=purpose, channel=channel, **ids)
    assert read_unsubscribe_token(key, token) == UnsubscribeToken(
        customer_id=customer, purpose=purpose, channel=channel, campaign_id=campaign, message_id=message
    )


TOKEN = make_unsubscribe_token(
    "key",
    customer_id=UUID(int=1),
    purpose="marketing",
    channel="email",
    campaign_id=UUID(int=2),
    message_id=UUID(int=3),
)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_is_refused(place: int, change: int) -> None:
    """Catches a signature that covers less than everything."""
    raw = bytearray(base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4)))
    raw[place % len(raw)] ^= change
    assert read_unsubscribe_token("key", base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_anything_else_is_no_token_and_raises_nothing(text: str) -> None:
    """Catches an exception that a visitor could cause."""
    assert read_unsubscribe_token("key", text) is None


def test_another_key_refuses() -> None:
    """Catches a signature without the installation key."""
    assert read_unsubscribe_token("other", TOKEN) is None


def test_a_token_fits_on_one_line_of_a_header() -> None:
    """Catches a link that mail programs would fold and break."""
    assert len(TOKEN) <= 120
    assert set(TOKEN) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_purpose_with_a_line_feed_is_refused() -> None:
    """Catches a purpose that would be read back as a channel."""
    ids: dict[str, Any] = {"customer_id": UUID(int=1), "campaign_id": UUID(int=2), "message_id": UUID(int=3)}
    with pytest.raises(ValueError):
        make_unsubscribe_token("key", purpose="a\nb", channel="email", **ids)
