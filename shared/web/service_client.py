"""Calls from one service to another: with our key, our trace, short timeouts and a circuit breaker."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.observability.logging import get_logger
from shared.observability.metrics import CIRCUIT_OPEN
from shared.observability.spans import is_on, span
from shared.observability.tracing import current_traceparent, new_traceparent

log = get_logger(__name__)

_TIMEOUT = httpx.Timeout(5.0, connect=1.0, pool=2.0)
# Below the servers' 30 s, so that we never write into a connection that is being closed.
_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=20.0)
_FAILURES_TO_OPEN = 5
_OPEN_S = 2.0


class CircuitOpen(httpx.TransportError):
    """The neighbour failed several times just now; it is left alone for a moment."""


@dataclass(slots=True)
class Breaker:
    """Counts failures in a row. When open, one try is let through every `_OPEN_S`; its success closes the circuit."""

    neighbour: str
    failures: int = 0
    try_again_at: float = 0.0

    def before(self) -> None:
        """Raises CircuitOpen instead of a call."""
        if self.failures < _FAILURES_TO_OPEN:
            return
        if MACHINE.monotonic() < self.try_again_at:
            raise CircuitOpen(f"{self.neighbour} is left alone for a moment")
        self.try_again_at = MACHINE.monotonic() + _OPEN_S

    def succeeded(self) -> None:
        """The neighbour answered."""
        if self.failures >= _FAILURES_TO_OPEN:
            log.info("circuit_closed", neighbour=self.neighbour)
        self.failures = 0
        CIRCUIT_OPEN.labels(self.neighbour).set(0)

    def failed(self) -> None:
        """It did not, or said that it cannot (503 and its kind)."""
        self.failures += 1
        if self.failures == _FAILURES_TO_OPEN:
            log.warning("circuit_opened", neighbour=self.neighbour)
            CIRCUIT_OPEN.labels(self.neighbour).set(1)
        self.try_again_at = MACHINE.monotonic() + _OPEN_S


class _BreakerTransport(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport, breaker: Breaker) -> None:
        self._inner = inner
        self._breaker = breaker

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._breaker.before()
        try:
            with span(
                request.method, "client", peer__service=self._breaker.neighbour, http__request__method=request.method
            ) as current:
                above = current_traceparent()
                request.headers["traceparent"] = above if is_on() and above else new_traceparent(above)
                response = await self._inner.handle_async_request(request)
                current.set("http.response.status_code", response.status_code)
        except httpx.TransportError:
            self._breaker.failed()
            raise
        if response.status_code in (502, 503, 504):
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def service_client(
    settings: ServiceSettings, neighbour: str, base_url: str, *, inner: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """A client for one neighbour; keep it for the life of the process and `aclose()` it.

    Every failure to get an answer, an open circuit too, is an httpx.TransportError. Nothing is retried here: the caller
    knows whether a repeat is safe.
    """
    transport = inner or httpx.AsyncHTTPTransport(limits=_LIMITS)
    return httpx.AsyncClient(
        base_url=base_url,
        headers={"Authorization": f"Bearer {settings.service_key.get_secret_value()}"},
        timeout=_TIMEOUT,
        transport=_BreakerTransport(transport, Breaker(neighbour)),
    )
