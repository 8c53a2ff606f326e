"""Send the mail of Monday once a week, when its hour has come in the owner's zone."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from console.server.alarms.delivery import NOT_TAKEN, deliver
from console.server.alarms.desk import AlarmDesk
from console.server.monday.letter import COHORTS, Letter, last_week, letter_of
from console.server.monday.settings import MondaySettings, read_monday, write_monday
from shared.clock import MACHINE, Clock
from shared.observability.logging import get_logger

log = get_logger(__name__)

EVERY_S = 60.0


class FiguresAway(Exception):
    """Analytics did not answer with figures."""


class MondayDesk:
    """It asks analytics by the console's own key, and mails over the server of the alarms."""

    def __init__(
        self, analytics: httpx.AsyncClient, alarms: AlarmDesk, clock: Clock, folder: Path, currency: str
    ) -> None:
        self._analytics, self._alarms, self._clock, self._currency = analytics, alarms, clock, currency
        self._file = folder / "monday.json"

    def settings(self) -> MondaySettings:
        """Who gets it."""
        return read_monday(self._file)

    def change(self, wanted: MondaySettings) -> MondaySettings:
        """They hold from now on. Whoever is new hears of this week next Monday."""
        before = self.settings()
        told = before.sent_for if before.mailbox else last_week(self._today(wanted))[0]
        kept = wanted.model_copy(update={"sent_for": told})
        write_monday(self._file, kept)
        return kept

    async def run(self) -> None:
        """For ever. Called by the process that looks after alarms, so by one of several."""
        while True:
            try:
                await self.send_if_due()
            except (*NOT_TAKEN, FiguresAway) as error:
                log.warning("monday_not_sent", error=f"{type(error).__name__}: {error}"[:200])
            await MACHINE.sleep(EVERY_S)

    async def send_if_due(self) -> bool:
        """Last week is told, once; False when it was, or its hour has not come. Raises NOT_TAKEN, FiguresAway."""
        settings = self.settings()
        now = self._clock.now().astimezone(ZoneInfo(settings.zone))
        week = last_week(now.date())[0]
        if settings.mailbox is None or settings.sent_for == week or (now.weekday() == 0 and now.hour < settings.hour):
            return False
        # Said before it is done: a mail that is sent twice is worse than one that somebody asks for by hand.
        write_monday(self._file, settings.model_copy(update={"sent_for": week}))
        try:
            await self.send(settings)
        except BaseException:
            write_monday(self._file, settings)
            raise
        return True

    async def send(self, settings: MondaySettings) -> Letter:
        """The mail of last week, to the mailbox. Raises NOT_TAKEN, FiguresAway."""
        letter = await self.letter(settings)
        mail = EmailMessage()
        alarms = self._alarms.settings()
        mail["From"], mail["To"], mail["Subject"] = alarms.sender, settings.mailbox, letter.subject
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text)
        await deliver(self._alarms.mail_server(), mail)
        return letter

    async def letter(self, settings: MondaySettings) -> Letter:
        """Last week's figures and the months of returning. Raises FiguresAway."""
        today = self._today(settings)
        week = last_week(today)[0]
        common = {"zone": settings.zone}
        asked = {**common, "by": "week", "from": str(week), "to": str(week)}
        revenue = await self._ask("/insights/revenue", {**asked, "lost_after_days": settings.lost_after_days})
        first = _months_before(today, COHORTS)
        cohorts = await self._ask("/insights/cohorts", {**common, "by": "month", "from": str(first)})
        return letter_of(week, revenue["periods"][0], cohorts["cohorts"], self._currency, settings.language)

    def _today(self, settings: MondaySettings) -> date:
        return self._clock.now().astimezone(ZoneInfo(settings.zone)).date()

    async def _ask(self, path: str, params: dict[str, Any]) -> Any:
        answer = await self._analytics.get(path, params=params)
        if not answer.is_success:
            raise FiguresAway(f"{path} answered {answer.status_code}")
        return answer.json()


def _months_before(day: date, number: int) -> date:
    months = day.year * 12 + day.month - 1 - number
    return date(months // 12, months % 12 + 1, 1)
