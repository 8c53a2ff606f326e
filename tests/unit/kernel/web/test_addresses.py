"""Where a request comes from: what strangers write about it counts for nothing."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from shared.web.addresses import client_of, countable

OURS = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def a_scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"client": (peer, 1) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (None, [], ""),
    ],
)
def test_the_client_is_the_last_one_that_our_proxies_saw(peer: str | None, forwarded: list[str], expected: str) -> None:
    assert client_of(a_scope(peer, *forwarded), OURS) == expected


def test_one_holder_of_an_ipv6_network_is_one_client() -> None:
    """Catches a limit that a client with 2^64 addresses never meets."""
    assert countable("2001:db8::1") == countable("2001:db8::ffff:1")
    assert countable("2001:db8::1") != countable("2001:db8:0:1::1")
    assert countable("::ffff:192.0.2.1") == countable("192.0.2.1")
