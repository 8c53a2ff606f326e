"""Every door of every service against its OpenAPI document: no error of ours, and no answer that it does not name.

Requests are made from the documents, valid ones and spoiled ones, from a fixed seed; the apps are the real ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.errors import SerializationError

from services.registry import SERVICES
from shared.errors import PROBLEM_JSON
from tests.component.fuzz.conftest import grounds
from tests.component.fuzz.ground import Ground

__all__ = ["grounds"]

_EXAMPLES = 4
# For one service; a slow machine sees fewer examples of each operation, never fewer operations.
_SECONDS = 8.0
_PAGES = ("/unsubscribe/", "/forms/", "/confirm/", "/preferences/", "/archives/")


@schemathesis.serializer("application/x-ndjson")
def _as_lines(context: Any, value: Any) -> bytes:
    """A stream of events: whatever was made of its schema, in one line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@dataclass
class Exploration:
    """What was sent to one service, and what was wrong with its answers."""

    ground: Ground
    loop: asyncio.AbstractEventLoop
    sent: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """All operations; called in a thread, since the generator of requests is no coroutine."""
        schema = schemathesis.openapi.from_dict(self.ground.app.openapi())
        operations = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
        for operation in operations:
            self.sent[operation.label] = 0
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                # A door without parameters and body has nothing to spoil.
                with contextlib.suppress(Unsatisfiable, SerializationError):
                    self._explore(operation, mode, _SECONDS / len(operations) / 2)

    def _explore(self, operation: Any, mode: GenerationMode, seconds: float) -> None:
        ends = time.monotonic() + seconds

        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            if time.monotonic() < ends or not self.sent[operation.label]:
                self._send(operation, case)

        one()

    def _send(self, operation: Any, case: Any) -> None:
        request = self._request(case)
        answer = asyncio.run_coroutine_threadsafe(self.ground.client.send(request), self.loop).result(30)
        self.sent[operation.label] += 1
        for fault in _faults(answer, set(operation.definition.raw["responses"])):
            self.wrong.setdefault(
                f"{self.ground.service} {operation.label}: {fault}",
                f"{request.url} {bytes(request.content)[:300]!r}\n      -> {answer.text[:300]}",
            )

    def _request(self, case: Any) -> httpx.Request:
        made = case.as_transport_kwargs()
        content = json.dumps(made["json"]).encode() if "json" in made else made.get("data")
        headers = [(name.encode(), str(value).encode("latin-1", "replace")) for name, value in made["headers"].items()]
        return self.ground.client.build_request(
            made["method"],
            f"http://door{made['url']}",
            params=made["params"] or None,
            headers=headers,
            content=content if isinstance(content, bytes | str) else None,
            cookies=made["cookies"] or None,
        )


def _faults(answer: httpx.Response, documented: set[str]) -> Iterator[str]:
    status = answer.status_code
    if status >= 500 and status != 503:
        yield f"{status}, an error of ours"
    if str(status) not in documented:
        yield f"{status} is not documented"
    of_a_page = any(page in str(answer.request.url) for page in _PAGES)
    if status >= 400 and answer.headers["content-type"] != PROBLEM_JSON and not of_a_page:
        yield f"{status} is no problem+json"


@pytest.mark.parametrize("service", SERVICES)
async def test_no_door_answers_what_its_document_does_not_name(grounds: dict[str, Ground], service: str) -> None:
    """Catches a 500 for input that the document allows, and refusals that a client's author cannot know of."""
    exploration = Exploration(grounds[service], asyncio.get_running_loop())
    await asyncio.to_thread(exploration.run)
    unsent = [label for label, count in exploration.sent.items() if not count]
    assert not unsent, "nothing was sent there"
    assert not exploration.wrong, "\n" + "\n".join(f"{place}\n    {how}" for place, how in exploration.wrong.items())
