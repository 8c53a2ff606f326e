"""Hashes of addresses: spellings that mean one address, and channels that share it."""

from __future__ import annotations

import pytest

from services.privacy.identity.domain import CHANNELS, address_fingerprint, channels_of


@pytest.mark.parametrize(
    ("channel", "spelling", "other"),
    [
        ("email", "Ann@Example.TEST ", "ann@example.test"),
        ("sms", "+44 20 7946-0000", "+442079460000"),
        ("post", "1 Main  Street\nTown", "1 main street town"),
    ],
)
def test_two_spellings_of_an_address_have_one_hash(channel: str, spelling: str, other: str) -> None:
    """Catches a suppression that a capital letter would get around."""
    assert address_fingerprint("key", channel, spelling) == address_fingerprint("key", channel, other)
    assert address_fingerprint("key", channel, spelling) != address_fingerprint("other key", channel, spelling)


def test_a_phone_is_one_address_for_calls_and_texts() -> None:
    """Catches an erased number that could still be called."""
    assert set(channels_of("phone")) == {"sms", "phone"}
    assert address_fingerprint("key", "sms", "0123456") == address_fingerprint("key", "phone", "0123456")
    assert {channel for kind in ("email", "phone", "postal") for channel in channels_of(kind)} == set(CHANNELS)
