"""Prometheus metrics of one process: factories that may be called twice, and the names which all services share."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# From a cached read to a slow batch; the goal of the whole loop (p99 of 1.5 s) lies inside, not at an end.
SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a third of the output, and nobody reads it
_made: dict[str, Counter | Gauge | Histogram] = {}


def counter(name: str, help: str, labels: Sequence[str] = ()) -> Counter:
    """Something that only grows. Its name gets the prefix `crm_` (and `_total` when it is shown)."""
    metric = _made.get(name) or _made.setdefault(name, Counter(f"crm_{name}", help, labels))
    assert isinstance(metric, Counter), f"{name} is another kind of metric"
    return metric


def gauge(name: str, help: str, labels: Sequence[str] = ()) -> Gauge:
    """Something that goes up and down."""
    metric = _made.get(name) or _made.setdefault(name, Gauge(f"crm_{name}", help, labels))
    assert isinstance(metric, Gauge), f"{name} is another kind of metric"
    return metric


def histogram(name: str, help: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS) -> Histogram:
    """A distribution, in seconds unless the name says otherwise."""
    metric = _made.get(name) or _made.setdefault(name, Histogram(f"crm_{name}", help, labels, buckets=buckets))
    assert isinstance(metric, Histogram), f"{name} is another kind of metric"
    return metric


def exposition() -> bytes:
    """Everything, in Prometheus' text format."""
    return generate_latest(REGISTRY)


HTTP_REQUESTS = counter("http_requests", "Requests answered", ("method", "route", "status"))
HTTP_SECONDS = histogram("http_request_seconds", "From the request's first byte to the answer's last", ("route",))
REDIS_LOST = counter("redis_lost", "Times that pace or a limit was kept locally because Redis did not answer", ("use",))
CIRCUIT_OPEN = gauge("circuit_open", "1 while calls to another service are refused at once", ("neighbour",))
KEYS_RELOADED = counter("api_keys_reloaded", "Reloads of the key file", ("outcome",))
KEY_FILE_BROKEN = gauge("api_key_file_broken", "1 while the key file cannot be understood")
