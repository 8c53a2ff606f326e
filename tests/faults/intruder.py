"""Somebody who knows every address and has no right: each operation of each service, asked in three wrong ways."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import orjson

from deploy.local.installation import SERVICES
from deploy.local.keys import ROLES
from tests.faults.product import Doors

_DOCUMENTS = Path(__file__).parents[2] / "docs" / "openapi"
_ID = "0197f4a1-0000-7000-8000-000000000001"
_AT_ONCE = 8


class LetIn(AssertionError):
    """Somebody without the right was let in."""


async def try_every_door(doors: Doors) -> int:
    """How many requests were refused, each with 401 or 403. Raises LetIn."""
    asked = 0
    for service in SERVICES:
        requests = [
            (service, method, path, headers)
            for method, path, scope in operations(service)
            for headers in _wrong_keys(doors.installation.keys, scope)
        ]
        for start in range(0, len(requests), _AT_ONCE):
            await asyncio.gather(*(_ask(doors, *request) for request in requests[start : start + _AT_ONCE]))
        asked += len(requests)
    return asked


def operations(service: str) -> list[tuple[str, str, str | None]]:
    """Method, path and scope of every operation that needs a key."""
    document = orjson.loads((_DOCUMENTS / f"{service}.json").read_bytes())
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("security"):
                found.append((method.upper(), re.sub(r"\{[^}]*\}", _ID, path), operation.get("x-scope")))
    return found


def _wrong_keys(keys: dict[str, str], scope: str | None) -> list[dict[str, str]]:
    wrong: list[dict[str, str]] = [{}, {"Authorization": "Bearer made-up"}]
    poor = next(role for role, scopes in ROLES.items() if scopes and scope not in scopes)
    if scope is not None:
        wrong.append({"Authorization": f"Bearer {keys[poor]}"})
    return wrong


async def _ask(doors: Doors, service: str, method: str, path: str, headers: dict[str, str]) -> None:
    url = doors.installation.url(service) + path
    body: dict[str, Any] = {} if method in ("GET", "HEAD", "DELETE") else {"json": {}}
    answer: httpx.Response = await doors.http.request(method, url, headers=headers, **body)
    if answer.status_code not in (401, 403):
        raise LetIn(f"{method} {service}{path} answered {answer.status_code} to {headers or 'nobody'}")
