"""Nothing of a request runs in a thread: FastAPI sends each plain function there, at a hundred microseconds a hop."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from services.registry import SERVICES, make_app, unconnected_settings


def calls_of(dependant: Dependant) -> Iterator[Any]:
    """What FastAPI calls for a route: the endpoint and its dependencies."""
    if dependant.call is not None:
        yield dependant.call
    for one in dependant.dependencies:
        yield from calls_of(one)


def runs_in_the_loop(call: Any) -> bool:
    inner = call if hasattr(call, "__code__") else type(call).__call__
    return iscoroutinefunction(inner) or isasyncgenfunction(inner)


@pytest.mark.parametrize("service", SERVICES)
def test_endpoints_and_dependencies_run_in_the_loop(service: str) -> None:
    """Catches a dependency written without `async`, which costs every request a hop to a thread and back."""
    app = make_app(service, unconnected_settings(service))
    slow = {
        f"{found.path}: {getattr(call, '__name__', call)}"
        for found in iter_route_contexts(app.routes)
        for call in calls_of(getattr(found.original_route, "dependant", Dependant()))
        if not runs_in_the_loop(call)
    }
    assert slow == set()
