"""The two ways by which an alarm leaves: a mail and a signed webhook. Both raise when they were not taken."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import httpx
import orjson
from aiosmtplib import SMTP, SMTPException

from console.server.alarms.board import Note
from console.server.alarms.rules import TEXTS
from console.server.alarms.settings import AlarmSettings, MailServer
from console.server.alarms.signing import sign
from shared.clock import SystemClock

PATIENCE_S = 8.0
NOT_TAKEN = (SMTPException, httpx.HTTPError, OSError, TimeoutError, ValueError)
_SUBJECTS = {"opened": "Alarm", "cleared": "All clear", "test": "Test"}


async def deliver(server: MailServer, mail: EmailMessage) -> None:
    """The server has taken it. Raises one of NOT_TAKEN."""
    client = SMTP(hostname=server.host, port=server.port, start_tls=False, timeout=PATIENCE_S)
    try:
        await client.connect()
        if server.security == "starttls":
            await client.starttls()
        if server.user is not None and server.password is not None:
            await client.login(server.user, server.password)
        await client.send_message(mail)
        await client.quit()
    finally:
        client.close()


def mail_of(settings: AlarmSettings, note: Note, console: str) -> EmailMessage:
    """The mail; with the note's own id, so that a mailbox that gets it twice shows it once."""
    alarm, text = note.alarm, TEXTS.get(note.alarm.what, note.alarm.what)
    mail = EmailMessage()
    mail["From"], mail["To"] = settings.sender, settings.mailbox
    mail["Subject"] = f"{_SUBJECTS[note.kind]}: {text.rstrip('.')}"
    mail["Date"] = format_datetime(note.at)
    mail["Message-ID"] = f"<{note.id}@{settings.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Alarm-Id"] = str(alarm.id)
    lines = [text, alarm.detail, "", f"Since: {_time(alarm.opened_at)}"]
    if alarm.cleared_at is not None:
        lines.append(f"Until: {_time(alarm.cleared_at)}")
    lines += ["", "What to do: docs/operations.md", f"Console: {console}/operations" if console else ""]
    mail.set_content("\n".join(lines).strip() + "\n")
    return mail


async def post_webhook(client: httpx.AsyncClient, settings: AlarmSettings, note: Note) -> None:
    """Raises one of NOT_TAKEN; an answer that is no success is one."""
    alarm = note.alarm
    body = orjson.dumps(
        {
            "type": f"alarm.{note.kind}",
            "timestamp": note.at.isoformat(),
            "data": {
                "id": str(alarm.id),
                "what": alarm.what,
                "text": TEXTS.get(alarm.what, alarm.what),
                "detail": alarm.detail,
                "opened_at": alarm.opened_at.isoformat(),
                "cleared_at": alarm.cleared_at.isoformat() if alarm.cleared_at else None,
            },
        }
    )
    signed = sign(settings.webhook_secret or "", str(note.id), int(SystemClock().now().timestamp()), body)
    headers = {"content-type": "application/json", **signed}
    answer = await client.post(settings.webhook_url or "", content=body, headers=headers, timeout=PATIENCE_S)
    answer.raise_for_status()


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
