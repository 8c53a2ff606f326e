"""Alarms on a real mail server and a real receiver of webhooks."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.server.alarms.desk import AlarmDesk
from console.server.alarms.rules import RULES
from console.server.alarms.settings import AlarmSettings, MailServer
from console.server.config import Settings
from deploy.local.inbox import Mailbox, parse
from services.registry import SERVICES, capabilities_of
from shared.observability import metrics
from tests.component.console.conftest import Console, problem

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@dataclass
class Installation:
    """One process, well or not, and a receiver of webhooks, behind real sockets."""

    url: str = ""
    well: bool = True
    takes: bool = True
    hooks: list[dict[str, Any]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of a connection that is closed after it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        status, text = 200, ""
        path = lines[0].split(" ")[1]
        if path == "/health/deep":
            text = json.dumps({"status": "ok" if self.well else "stuck", "stuck": [] if self.well else ["relay"]})
        elif path == "/hook":
            status = 204 if self.takes else 500
            if self.takes:
                message = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
                key = base64.b64decode(SECRET.removeprefix("whsec_"))
                wanted = base64.b64encode(hmac.digest(key, message, "sha256")).decode()
                assert headers["webhook-signature"] == f"v1,{wanted}"
                self.hooks.append(json.loads(body))
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(text)}\r\nconnection: close\r\n\r\n{text}".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def installation() -> AsyncIterator[Installation]:
    made = Installation()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


@pytest.fixture
async def desk(
    settings: Settings, installation: Installation, smtp: tuple[str, int], tmp_path: Path
) -> AsyncIterator[AlarmDesk]:
    """A desk that looks after that process; alarms go to a mailbox and a webhook."""
    looked = settings.model_copy(update={"health_urls": {"privacy.worker": installation.url}})
    async with httpx.AsyncClient(timeout=3) as probe:
        made = AlarmDesk(looked, probe, tmp_path / "alarms")
        made.change(
            AlarmSettings(
                mailbox=f"{tmp_path.name}@example.test",
                sender="alarms@example.test",
                server=MailServer(host=smtp[0], port=smtp[1], security="none"),
                webhook_url=f"{installation.url}/hook",
                webhook_secret=SECRET,
            )
        )
        yield made


def mails(mailbox: Mailbox, to: Path) -> list[str]:
    """Subjects, in their order."""
    found = [parse(row) for _, row in mailbox.rows() if f"{to.name}@example.test" in row["to"]]
    return [str(mail["Subject"]) for mail in found]


async def test_an_alarm_and_its_all_clear_arrive_once_each_by_both_ways(
    desk: AlarmDesk, installation: Installation, mailbox: Mailbox, tmp_path: Path
) -> None:
    """Catches an alarm that stays in a metric. Two looks of ten seconds each: well within a minute."""
    await desk.look()
    installation.well = False
    for _ in range(5):
        await desk.look()
    assert mails(mailbox, tmp_path) == ["Alarm: A process lives and gets nothing done"]
    assert [hook["type"] for hook in installation.hooks] == ["alarm.opened"]
    installation.well = True
    for _ in range(5):
        await desk.look()
    assert mails(mailbox, tmp_path)[1:] == ["All clear: A process lives and gets nothing done"]
    opened, cleared = installation.hooks
    assert (cleared["type"], cleared["data"]["id"]) == ("alarm.cleared", opened["data"]["id"])


async def test_a_mail_server_that_is_broken_is_told_by_the_webhook_and_what_waited_comes_once(
    desk: AlarmDesk, installation: Installation, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a loop of mails about mails, and alarms of that time that never come."""
    right = desk.settings()
    assert right.server is not None
    desk.change(right.model_copy(update={"server": right.server.model_copy(update={"port": 1})}))
    monkeypatch.setattr("console.server.alarms.board._FIRST_WAIT", timedelta(0))
    installation.well = False
    for _ in range(8):
        board = await desk.look()
    assert sorted(hook["data"]["what"] for hook in installation.hooks) == ["alarm-mail-fails", "process-stuck"]
    assert [(note.alarm.what, note.open_ways) for note in board.notes] == [("process-stuck", ["mail"])]
    desk.change(right)
    for _ in range(6):
        board = await desk.look()
    assert mails(mailbox, tmp_path) == ["Alarm: A process lives and gets nothing done"]
    assert [hook["type"] for hook in installation.hooks][2:] == ["alarm.cleared"]
    assert [alarm.what for alarm in board.open.values()] == ["process-stuck"]


async def test_a_process_that_is_gone_is_an_alarm(settings: Settings, tmp_path: Path) -> None:
    """Catches a watch that trusts what dead processes say."""
    gone = settings.model_copy(update={"health_urls": {"customers.app": "http://127.0.0.1:1"}})
    async with httpx.AsyncClient(timeout=3) as probe:
        desk = AlarmDesk(gone, probe, tmp_path / "alarms")
        await desk.look()
        board = await desk.look()
    assert [alarm.what for alarm in board.open.values()] == ["process-away"]


async def test_where_alarms_go_is_set_on_the_page_without_showing_secrets(console: Console, desk: AlarmDesk) -> None:
    """Catches settings that a file must be edited for, and secrets in answers."""
    await console.enter("marketer")
    assert problem(await console.http.get("/alarms")) == "role-lacks-scope"
    await console.enter("operator")
    assert problem(await console.http.get("/alarms")) == "alarms-off"
    console.app.state.context = dataclasses.replace(console.app.state.context, alarms=desk)
    shown = (await console.http.get("/alarms/settings")).json()
    assert (shown["ways"], shown["webhook_secret_set"], "webhook_secret" in shown) == (["mail", "webhook"], True, False)
    wrong = await console.post("/alarms/settings", {"mailbox": "nobody"})
    assert wrong.status_code == 422
    kept = await console.post("/alarms/settings", {"webhook_url": shown["webhook_url"]})
    assert (kept.json()["ways"], desk.settings().webhook_secret) == (["webhook"], SECRET)
    tested = await console.post("/alarms/test", {})
    assert tested.json() == {"webhook": "ok"}
    assert (await console.http.get("/alarms")).json()["items"] == []


def test_every_metric_of_a_rule_is_one_that_some_service_has() -> None:
    """Catches a renamed metric, whose alarm would never come."""
    for service in SERVICES:
        capabilities_of(service)
    # Loaded by analytics' worker alone.
    import_module("services.analytics.lane.streams.lane")
    wanted = {rule.metric.removeprefix("crm_").removesuffix("_total") for rule in RULES}
    assert wanted <= {name.removesuffix("_total") for name in metrics._made}
