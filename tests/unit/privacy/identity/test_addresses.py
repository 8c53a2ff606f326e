"""Hashes of addresses: spellings that mean one address, and channels that share it."""

from __future__ import annotations

import pytest

from services.privacy.identity.domain import CHANNELS, Hashing, channels_of, subject_of


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
    known = Hashing("key").address(channel, spelling).fingerprint
    assert known == Hashing("key").address(channel, other).fingerprint
    assert known != Hashing("other key").address(channel, spelling).fingerprint


def test_a_phone_is_one_address_for_calls_and_texts() -> None:
    """Catches an erased number that could still be called."""
    assert set(channels_of("phone")) == {"sms", "phone"}
    assert Hashing("key").address("sms", "0123456") == Hashing("key").address("phone", "0123456")
    assert {channel for kind in ("email", "phone", "postal") for channel in channels_of(kind)} == set(CHANNELS)


def test_two_people_whose_addresses_look_alike_are_told_apart_and_the_former_hash_is_kept() -> None:
    """Catches a withdrawal that stops somebody else, and one of an older installation that is not found any more."""
    sharp, double = (Hashing("key").address("email", address) for address in ("straße@a.test", "strasse@a.test"))
    assert sharp.fingerprint != double.fingerprint
    assert sharp.fingerprints[1] == double.fingerprint
    assert subject_of(double.fingerprint) in sharp.subjects
    assert sharp.subjects[0].version == 8
