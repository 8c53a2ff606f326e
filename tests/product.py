"""The whole product as operators run it: five apps and five workers in processes of their own, and an SMTP inbox.

tests/conftest.py takes this module as a plugin, so that journeys and browser tests share one. Nothing starts before a
test asks for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from deploy.local import Dsns
from deploy.local.inbox import Mailbox, Provider, parse
from deploy.local.installation import Installation, Plan
from deploy.local.ports import keep_or_choose

PATIENCE_S = 45


@dataclass
class Product:
    """The running product as its users see it: HTTP with a role's key, and the mails that arrive."""

    installation: Installation
    mailbox: Mailbox
    http: httpx.AsyncClient

    async def call(self, method: str, service: str, path: str, role: str, **more: Any) -> httpx.Response:
        """One request with the key of a role."""
        headers = {"Authorization": f"Bearer {self.installation.keys[role]}", **more.pop("headers", {})}
        return await self.http.request(method, self.installation.url(service) + path, headers=headers, **more)

    async def done(self, method: str, service: str, path: str, role: str, **more: Any) -> Any:
        """The JSON of an answer that must be a success."""
        answer = await self.call(method, service, path, role, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:800]}"
        return answer.json() if answer.content else None

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What the inbox holds for one address."""
        return [parse(row) for _, row in self.mailbox.rows() if address in row["to"]]


@pytest.fixture(scope="session")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Mailbox:
    return Mailbox(tmp_path_factory.mktemp("inbox"))


@pytest.fixture(scope="session")
def smtp(mailbox: Mailbox) -> Iterator[tuple[str, int]]:
    port = keep_or_choose({}, ["smtp"])["smtp"]
    controller = Controller(Provider(mailbox), hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    yield "127.0.0.1", port
    controller.stop()


@pytest.fixture(scope="session")
def installation(
    dsns: Dsns, session_id: str, smtp: tuple[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("installation")
    env = {"JOURNAL_FOLDER": str(folder / "journal")}
    made = Installation(folder, dsns, Plan(smtp=smtp, topic_prefix=f"{session_id}-j-", env=env))
    made.prepare()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
async def product(installation: Installation, mailbox: Mailbox) -> AsyncIterator[Product]:
    async with httpx.AsyncClient(timeout=20) as http:
        yield Product(installation, mailbox, http)


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]:
    """`await until(ask)`: asks until the answer is true, then returns it; fails after a generous limit."""

    async def wait(ask: Callable[[], Awaitable[Any]]) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while not (answer := await ask()):
            assert time.monotonic() < deadline, f"not within {PATIENCE_S} s"
            await asyncio.sleep(0.1)
        return answer

    return wait
