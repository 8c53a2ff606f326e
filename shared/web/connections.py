"""Who is connected to a listener, who keeps us waiting, and who has to go when there is no more room."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol, Self

from shared.config import ServiceSettings
from shared.observability.metrics import counter, gauge
from shared.web.addresses import is_within

CONNECTIONS = gauge("http_connections", "Open connections", ("listener",))
TURNED_AWAY = counter("http_turned_away", "Connections closed before their request was served", ("listener", "why"))

Network = IPv4Network | IPv6Network

# One in so many goes when there is no room.
_GO_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """How many may be connected, and for how many seconds a client may keep us waiting."""

    most: int = 100
    most_per_address: int = 50
    head_s: float = 10.0
    answer_s: float = 30.0
    trusted: Sequence[Network] = ()

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """Those of an app's own port."""
        return cls(
            most=settings.most_connections,
            most_per_address=settings.most_connections_per_address,
            head_s=settings.head_timeout_s,
            answer_s=settings.answer_timeout_s,
            trusted=settings.trusted_proxies,
        )


class Connection(Protocol):
    """What is kept of each."""

    @property
    def address(self) -> str: ...
    @property
    def owes_since(self) -> float | None:
        """Since when we wait for the client: for its head, its body, its next request; None while it waits for us."""

    def cut(self) -> None:
        """Close at once, without a word."""

    def look(self, now: float) -> None:
        """Close if the client has kept us waiting for too long."""


class Connections:
    """All connections of one listener.

    When there is no room for a new one, those go who have kept us waiting longest. So a flood of half-sent requests
    makes room for those who send whole ones, and one address makes room for itself before anybody else has to go.
    """

    def __init__(self, listener: str, limits: Limits) -> None:
        self.listener = listener
        self.limits = limits
        # In the order in which they came.
        self._open: dict[Connection, None] = {}
        self._of_address: dict[str, dict[Connection, None]] = {}
        self._shown = CONNECTIONS.labels(listener)

    def admit(self, connection: Connection) -> str | None:
        """Count a new connection; or say why there is no room ("address" or "all")."""
        address = connection.address
        mine = self._of_address.get(address, {})
        if len(mine) >= self.limits.most_per_address and not is_within(address, self.limits.trusted):
            if not self._make_room(mine, "address"):
                return "address"
        elif len(self._open) >= self.limits.most and not self._make_room(self._open, "all"):
            return "all"
        self._open[connection] = None
        self._of_address.setdefault(address, {})[connection] = None
        self._shown.set(len(self._open))
        return None

    def forget(self, connection: Connection) -> None:
        """It is closed, or about to be."""
        if connection not in self._open:
            return
        del self._open[connection]
        mine = self._of_address[connection.address]
        mine.pop(connection, None)
        if not mine:
            del self._of_address[connection.address]
        self._shown.set(len(self._open))

    def look(self, now: float) -> None:
        """Close those who have kept us waiting for too long. Called twice a second: cheaper than timers per request."""
        for connection in list(self._open):
            connection.look(now)

    def turned_away(self, why: str) -> None:
        """Count a client that was not served."""
        TURNED_AWAY.labels(self.listener, why).inc()

    def _make_room(self, among: dict[Connection, None], why: str) -> bool:
        """Several at once, so that a flood does not make us look through all of them for each of its connections."""
        owing = [(one.owes_since, place, one) for place, one in enumerate(among) if one.owes_since is not None]
        for _, _, longest in heapq.nsmallest(1 + len(among) // _GO_AT_ONCE, owing):
            self.forget(longest)
            self.turned_away(why)
            longest.cut()
        return bool(owing)
