"""Who is connected to a listener, who keeps us waiting, and who has to go when there is no more room."""

from __future__ import annotations

from collections import Counter, OrderedDict
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

    def cut(self) -> None:
        """Close at once, without a word."""

    def look(self, now: float) -> None:
        """Close if the client has kept us waiting for too long."""


class Connections:
    """All connections of one listener.

    A client *owes* while we wait for its head, its body or its next request; whoever owes longest goes first when there
    is no room for a new connection. So a flood of half-sent requests makes room for those who send whole ones, and one
    address makes room for itself before anybody else has to go.
    """

    def __init__(self, listener: str, limits: Limits) -> None:
        self.listener = listener
        self.limits = limits
        self._open: dict[Connection, None] = {}
        self._per_address: Counter[str] = Counter()
        # In the order in which they began to owe.
        self._owing: OrderedDict[Connection, None] = OrderedDict()
        self._owing_per_address: dict[str, OrderedDict[Connection, None]] = {}
        self._shown = CONNECTIONS.labels(listener)

    def admit(self, connection: Connection) -> str | None:
        """Count a new connection, which owes from now on; or say why there is no room ("address" or "all")."""
        address = connection.address
        if self._per_address[address] >= self.limits.most_per_address and not is_within(address, self.limits.trusted):
            if not self._make_room(self._owing_per_address.get(address), "address"):
                return "address"
        elif len(self._open) >= self.limits.most and not self._make_room(self._owing, "all"):
            return "all"
        self._open[connection] = None
        self._per_address[address] += 1
        self.owes(connection)
        self._shown.set(len(self._open))
        return None

    def owes(self, connection: Connection) -> None:
        """We wait for this client from now on."""
        if connection in self._open:
            self._owing[connection] = None
            self._owing.move_to_end(connection)
            mine = self._owing_per_address.setdefault(connection.address, OrderedDict())
            mine[connection] = None
            mine.move_to_end(connection)

    def paid(self, connection: Connection) -> None:
        """Its request has come; now it waits for us."""
        self._owing.pop(connection, None)
        mine = self._owing_per_address.get(connection.address)
        if mine is not None:
            mine.pop(connection, None)
            if not mine:
                del self._owing_per_address[connection.address]

    def forget(self, connection: Connection) -> None:
        """It is closed, or about to be."""
        if connection not in self._open:
            return
        self.paid(connection)
        del self._open[connection]
        self._per_address[connection.address] -= 1
        if not self._per_address[connection.address]:
            del self._per_address[connection.address]
        self._shown.set(len(self._open))

    def look(self, now: float) -> None:
        """Close those who have kept us waiting for too long. Called twice a second: cheaper than timers per request."""
        for connection in list(self._open):
            connection.look(now)

    def turned_away(self, why: str) -> None:
        """Count a client that was not served."""
        TURNED_AWAY.labels(self.listener, why).inc()

    def _make_room(self, owing: OrderedDict[Connection, None] | None, why: str) -> bool:
        if not owing:
            return False
        longest = next(iter(owing))
        self.forget(longest)
        self.turned_away(why)
        longest.cut()
        return True
