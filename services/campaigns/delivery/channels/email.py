"""The e-mail channel: SMTP over a few connections that are used again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from services.campaigns.config import Settings
from services.campaigns.content.domain.content import Letter
from services.campaigns.delivery.domain import Handed
from shared.observability.logging import get_logger

log = get_logger(__name__)

_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
# "No such mailbox" and its kind; every other permanent refusal is about the message or us.
_NO_SUCH_ADDRESS = frozenset({550, 551, 553, 556})
_READY = 354


class SmtpChannel:
    """Hands letters to one mail server. At most `connections` at a time; a broken connection is made anew."""

    name = "email"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: list[SMTP] = []
        self._places = asyncio.Semaphore(settings.smtp_connections)

    async def hand_over(self, letter: Letter, may_go: Callable[[], bool]) -> Handed:
        """Give the letter to the server, once; see `Handed` for what may become of it."""
        async with self._places:
            try:
                client = self._used() or await self._connect()
            except (SMTPException, OSError, TimeoutError) as error:
                return Handed("deferred", f"connect-{_name(error)}")
            handed = await self._converse(client, letter, may_go)
            if client.is_connected:
                self._idle.append(client)
            return handed

    async def close(self) -> None:
        """End every idle connection with QUIT."""
        while self._idle:
            client = self._idle.pop()
            try:
                await asyncio.wait_for(client.quit(), 1)
            except (SMTPException, OSError, TimeoutError):
                client.close()

    def _used(self) -> SMTP | None:
        """A connection that still stands; servers close idle ones after a while."""
        while self._idle:
            client = self._idle.pop()
            if client.is_connected:
                return client
        return None

    async def _connect(self) -> SMTP:
        settings = self._settings
        password = settings.smtp_password
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user,
            password=password.get_secret_value() if password is not None else None,
            start_tls=True if settings.demands_start_tls else None,
            timeout=settings.smtp_timeout_s,
        )
        await client.connect()
        return client

    async def _converse(self, client: SMTP, letter: Letter, may_go: Callable[[], bool]) -> Handed:
        """Until the server is ready for the data, a lost connection means: certainly not accepted."""
        try:
            try:
                await client.mail(self._settings.sender_address)
                await client.rcpt(letter.recipient)
                if not may_go():
                    await _reset(client)
                    return Handed("withheld")
                ready = await client.execute_command(b"DATA")
            except aiosmtplib.SMTPRecipientRefused as refused:
                await _reset(client)
                return _answer(refused.code, at_recipient=True)
            except SMTPResponseException as refused:
                await _reset(client)
                return _answer(refused.code)
            if ready.code != _READY:
                await _reset(client)
                return _answer(ready.code)
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            return Handed("deferred", _name(error))
        except BaseException:
            # Cancelled in mid-conversation: the connection is in no state to be used again.
            client.close()
            raise
        if not may_go():
            # Only a closed connection takes back the word DATA.
            client.close()
            return Handed("withheld")
        return await self._deliver(client, letter)

    async def _deliver(self, client: SMTP, letter: Letter) -> Handed:
        """From the first byte of the data on, a loss means that nobody knows: the server may have the whole of it."""
        protocol = client.protocol
        if protocol is None:
            return Handed("deferred", "disconnected")
        body = _LEADING_DOT.sub(b"..", _LINE_ENDS.sub(b"\r\n", letter.content))
        try:
            protocol.write(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            response = await protocol.read_response(timeout=self._settings.smtp_timeout_s)
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            return Handed("unknown", _name(error))
        except BaseException:
            client.close()
            raise
        return _answer(response.code)


def _answer(code: int, *, at_recipient: bool = False) -> Handed:
    if 200 <= code < 300:
        return Handed("accepted", str(code))
    if 500 <= code < 600:
        return Handed("bounced" if at_recipient and code in _NO_SUCH_ADDRESS else "rejected", str(code))
    return Handed("deferred", str(code))


async def _reset(client: SMTP) -> None:
    """Make the connection ready for the next letter, or give it up; the server's answer to this one stands."""
    try:
        if client.is_connected:
            await client.rset()
    except (SMTPException, OSError, TimeoutError):
        client.close()


def _name(error: BaseException) -> str:
    return type(error).__name__
