"""Where a request comes from: the connection's other end, or what proxies of ours say of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Address = IPv4Address | IPv6Address

# A client of IPv6 has a network of at least this length for itself: counted by address it would be countless.
_IPV6_CLIENT = 64
_LONGEST_CHAIN = 20


def is_within(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether one of the networks holds the address; what is no address is nowhere."""
    found = _parsed(address)
    return found is not None and any(found in network for network in networks)


def client_of(scope: Any, trusted: Iterable[IPv4Network | IPv6Network] = ()) -> str:
    """The client's address, for counting: an IPv6 one stands for its /64. Empty when it is not known.

    X-Forwarded-For is read from its end, for as long as those who wrote it are trusted: whatever stands before the
    first stranger was written by the stranger, who may write anything.
    """
    peer = scope.get("client")
    address = str(peer[0]) if peer else ""
    trusted = tuple(trusted)
    if trusted and is_within(address, trusted):
        for told in reversed(_forwarded(scope)):
            if _parsed(told) is None:
                break
            address = told
            if not is_within(told, trusted):
                break
    return countable(address)


@lru_cache(maxsize=4_096)
def countable(address: str) -> str:
    """One name for all addresses of one client."""
    found = _parsed(address)
    if found is None:
        return address[:64]
    if isinstance(found, IPv6Address):
        return f"{IPv6Network((int(found) >> 64 << 64, _IPV6_CLIENT))}"
    return str(found)


def _forwarded(scope: Any) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
    return [part.strip() for part in ",".join(values).split(",") if part.strip()][-_LONGEST_CHAIN:]


@lru_cache(maxsize=4_096)
def _parsed(address: str) -> Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
