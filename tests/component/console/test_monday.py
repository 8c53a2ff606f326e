"""The mail of Monday on a real mail server: once a week, at its hour, and again when it could not go."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.server.alarms.desk import AlarmDesk
from console.server.alarms.settings import AlarmSettings, MailServer
from console.server.config import Settings
from console.server.monday.desk import FiguresAway, MondayDesk
from console.server.monday.settings import MondaySettings
from deploy.local.inbox import Mailbox, parse
from tests.component.console.conftest import Console, problem
from tests.fakes import FixedClock

FIGURES = {"revenue": 5_000, "margin": 1_000, "uncosted": 0, "orders": 3, "new": 1, "repeat": 2, "lost": 0}


@dataclasses.dataclass
class Analytics:
    """Answers with figures, or not; what was asked is kept."""

    asked: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    away: bool = False

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(dict(request.url.params))
        if self.away:
            return httpx.Response(503)
        if request.url.path == "/insights/cohorts":
            return httpx.Response(200, json={"cohorts": []})
        return httpx.Response(200, json={"periods": [{"figures": FIGURES, "year_before": FIGURES}]})


@pytest.fixture
def analytics() -> Analytics:
    return Analytics()


@pytest.fixture
def clock() -> FixedClock:
    """A Wednesday."""
    return FixedClock(datetime(2026, 11, 18, 12, tzinfo=UTC))


@pytest.fixture
def monday(
    settings: Settings, smtp: tuple[str, int], analytics: Analytics, clock: FixedClock, tmp_path: Path
) -> MondayDesk:
    """A desk that mails over a real server."""
    client = httpx.AsyncClient(transport=httpx.MockTransport(analytics.handle), base_url="http://analytics.test")
    alarms = AlarmDesk(settings, client, tmp_path / "alarms")
    alarms.change(AlarmSettings(server=MailServer(host=smtp[0], port=smtp[1], security="none")))
    return MondayDesk(client, alarms, clock, tmp_path / "alarms", "EUR")


@pytest.fixture
def subjects(mailbox: Mailbox, tmp_path: Path) -> Callable[[], list[str]]:
    """Of the mails to this test's owner."""
    return lambda: [
        str(parse(row)["Subject"]) for _, row in mailbox.rows() if f"{tmp_path.name}@example.test" in row["to"]
    ]


async def test_each_week_is_told_once_at_its_hour_in_the_owner_s_zone(
    monday: MondayDesk, analytics: Analytics, clock: FixedClock, subjects: Callable[[], list[str]], tmp_path: Path
) -> None:
    """Catches a mail each minute, one before the week is over, and a week that is cut in another zone."""
    monday.change(MondaySettings(mailbox=f"{tmp_path.name}@example.test", zone="Pacific/Auckland", hour=7))
    assert await monday.send_if_due() is False, "this week's Monday is over for who is new"
    clock.set(datetime(2026, 11, 22, 17, 30, tzinfo=UTC))
    assert await monday.send_if_due() is False, "06:30 on Monday in Auckland"
    clock.set(datetime(2026, 11, 22, 18, 5, tzinfo=UTC))
    assert [await monday.send_if_due() for _ in range(3)] == [True, False, False]
    clock.advance(days=6)
    assert await monday.send_if_due() is False
    assert subjects() == ["Your week from 2026-11-16 to 2026-11-22"]
    assert analytics.asked[0] == {
        "zone": "Pacific/Auckland", "by": "week", "from": "2026-11-16", "to": "2026-11-16", "lost_after_days": "180",
    }  # fmt: skip
    assert analytics.asked[1] == {"zone": "Pacific/Auckland", "by": "month", "from": "2026-04-01"}


async def test_what_could_not_go_goes_later(
    monday: MondayDesk, analytics: Analytics, clock: FixedClock, subjects: Callable[[], list[str]], tmp_path: Path
) -> None:
    """Catches a week that nobody hears of because analytics was away for a minute."""
    monday.change(MondaySettings(mailbox=f"{tmp_path.name}@example.test"))
    clock.set(datetime(2026, 11, 23, 8, tzinfo=UTC))
    analytics.away = True
    with pytest.raises(FiguresAway):
        await monday.send_if_due()
    analytics.away = False
    assert await monday.send_if_due() is True
    assert len(subjects()) == 1


async def test_only_the_owner_sets_it_and_sees_it(console: Console, monday: MondayDesk, tmp_path: Path) -> None:
    """Catches revenue that is mailed to whoever may operate."""
    console.app.state.context = dataclasses.replace(console.app.state.context, monday=monday)
    await console.enter("operator")
    assert problem(await console.http.get("/monday")) == "role-lacks-scope"
    await console.enter("owner")
    assert (await console.post("/monday/send", {})).status_code == 422
    assert (await console.post("/monday", {"mailbox": "a@b.test", "zone": "Berlin"})).status_code == 422
    kept = await console.post("/monday", {"mailbox": f"{tmp_path.name}@example.test", "zone": "Europe/Berlin"})
    assert kept.json()["zone"] == "Europe/Berlin"
    sent = await console.post("/monday/send", {})
    assert "Revenue" in json.loads(sent.content)["text"], sent.text
