"""Unsubscribe tokens: what is made is read, and nothing else is."""

from __future__ import annotations

import base64
from dataclasses import asdict, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.security.tokens import UnsubscribeToken, make_unsubscribe_token, read_unsubscribe_token

WORD = st.from_regex(r"[a-z][a-z0-9_.-]{0,49}", fullmatch=True)


@given(
    token=st.builds(
        UnsubscribeToken,
        customer_id=st.uuids(),
        purpose=WORD,
        channel=WORD,
        campaign_id=st.uuids(),
        message_id=st.uuids(),
        fingerprint=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    ),
    key=st.text(),
)
def test_what_was_signed_is_read_again(token: UnsubscribeToken, key: str) -> None:
    """Catches a layout that loses or mixes up a field, with the hash of an address and without."""
    assert read_unsubscribe_token(key, make_unsubscribe_token(key, **asdict(token))) == token


def test_a_link_of_the_first_release_goes_on_working() -> None:
    """Catches a new layout that the links in old messages do not survive: this token was made by the first one."""
    made = "x7jwLFCxIeSzUgO_VdQrkQEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAANtYXJrZXRpbmcKZW1haWw"
    assert made == TOKEN
    found = read_unsubscribe_token("key", made)
    assert found == UnsubscribeToken(UUID(int=1), "marketing", "email", UUID(int=2), UUID(int=3))


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
    token = make_unsubscribe_token("key", **asdict(token_of_today()))
    assert len(TOKEN) <= 120
    assert len(token) <= 170
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_purpose_with_a_line_feed_is_refused() -> None:
    """Catches a purpose that would be read back as a channel."""
    token = UnsubscribeToken(UUID(int=1), "a\nb", "email", UUID(int=2), UUID(int=3))
    with pytest.raises(ValueError):
        make_unsubscribe_token("key", **asdict(token))


@pytest.mark.parametrize("fingerprint", ["", "ab", "not hex", "00" * 31, "00" * 33])
def test_a_hash_of_another_length_is_refused(fingerprint: str) -> None:
    """Catches a token whose words would be read from the middle of a hash."""
    with pytest.raises(ValueError):
        make_unsubscribe_token("key", **asdict(replace(token_of_today(), fingerprint=fingerprint)))


def token_of_today() -> UnsubscribeToken:
    """A token with the hash of the message's address."""
    return UnsubscribeToken(UUID(int=1), "marketing", "email", UUID(int=2), UUID(int=3), "0f" * 32)
