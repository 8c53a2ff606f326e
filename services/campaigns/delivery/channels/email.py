"""The e-mail channel: SMTP over connections that are used again."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from aiosmtplib import SMTP, SMTPException

from services.campaigns.config import Settings
from services.campaigns.content.domain.addresses import needs_smtputf8
from services.campaigns.content.domain.content import Letter
from services.campaigns.delivery.channels.dkim import DkimSigner
from services.campaigns.delivery.channels.smtp import Conversation, ConversationLost
from services.campaigns.delivery.domain.hand_over import Handed
from services.campaigns.delivery.domain.replies import read_reply
from shared.observability.logging import get_logger

log = get_logger(__name__)

_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_DONE, _READY = 250, 354
_QUIT_S = 1.0
_BROKEN = (ConversationLost, OSError, TimeoutError)


@dataclass(slots=True)
class _Connection:
    """What a server offers, and the conversation with it. `client` made it, and stays as long as it does."""

    client: SMTP
    conversation: Conversation
    pipelining: bool
    smtputf8: bool


class SmtpChannel:
    """Hands letters to one mail server. At most `smtp_connections` at a time; a broken connection is made anew."""

    name = "email"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: list[_Connection] = []
        self._places = asyncio.Semaphore(settings.smtp_connections)
        self._signer = DkimSigner(settings.dkim_keys_file, settings.sender_address)

    async def hand_over(self, letter: Letter, may_go: Callable[[], bool]) -> Handed:
        """Give the letter to the server, once; see `Handed` for what may become of it."""
        letter = replace(letter, content=await self._signer.signed(letter.content))
        async with self._places:
            try:
                connection = self._used() or await self._connect()
            except (SMTPException, OSError, TimeoutError) as error:
                return Handed("deferred", f"connect-{_name(error)}")
            try:
                handed = await self._converse(connection, letter, may_go)
            except BaseException:
                # Cancelled in mid-conversation: the connection is in no state to be used again.
                connection.conversation.close()
                raise
            if connection.conversation.is_ready:
                self._idle.append(connection)
            return handed

    async def close(self) -> None:
        """End every idle connection with QUIT."""
        while self._idle:
            conversation = self._idle.pop().conversation
            with contextlib.suppress(*_BROKEN):
                conversation.say(b"QUIT")
                async with asyncio.timeout(_QUIT_S):
                    await conversation.reply()
            conversation.close()

    def _used(self) -> _Connection | None:
        """A connection that still stands; servers close idle ones after a while."""
        while self._idle:
            connection = self._idle.pop()
            if connection.conversation.is_ready:
                return connection
            connection.conversation.close()
        return None

    async def _connect(self) -> _Connection:
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
        if client.last_ehlo_response is None:
            await client.ehlo()
        if client.transport is None:
            raise ConnectionError("closed at once")
        return _Connection(
            client,
            Conversation(cast(asyncio.Transport, client.transport)),
            pipelining=client.supports_extension("pipelining"),
            smtputf8=client.supports_extension("smtputf8"),
        )

    async def _converse(self, connection: _Connection, letter: Letter, may_go: Callable[[], bool]) -> Handed:
        """Until the server is ready for the data, a lost connection means: certainly not accepted."""
        conversation = connection.conversation
        utf8 = needs_smtputf8(letter.recipient)
        if utf8 and not connection.smtputf8:
            return Handed("rejected", "needs-smtputf8")
        if not may_go():
            return Handed("withheld")
        try:
            async with asyncio.timeout(self._settings.smtp_timeout_s):
                refused = await self._envelope(connection, letter.recipient, utf8=utf8)
        except _BROKEN as error:
            conversation.close()
            return Handed("deferred", _name(error))
        if refused is not None:
            await self._reset(conversation)
            return refused
        if not may_go():
            # Only a closed connection takes back the word DATA.
            conversation.close()
            return Handed("withheld")
        # From the first byte of the data on, a loss means that nobody knows: the server may have the whole of it.
        try:
            async with asyncio.timeout(self._settings.smtp_timeout_s):
                conversation.write(_dotted(letter.content))
                reply = await conversation.reply()
        except _BROKEN as error:
            conversation.close()
            return Handed("unknown", _name(error))
        return read_reply(reply.code, reply.text, "letter")

    async def _envelope(self, connection: _Connection, recipient: str, *, utf8: bool) -> Handed | None:
        """None when the server waits for the data; else its refusal."""
        conversation = connection.conversation
        options = " SMTPUTF8 BODY=8BITMIME" if utf8 else ""
        commands = (
            f"MAIL FROM:<{self._settings.sender_address}>{options}".encode(),
            f"RCPT TO:<{recipient}>".encode(),
            b"DATA",
        )
        if connection.pipelining:
            conversation.say(*commands)
        refused: Handed | None = None
        for place, command in enumerate(commands):
            if not connection.pipelining:
                if refused is not None:
                    break
                conversation.say(command)
            reply = await conversation.reply()
            done = reply.code == _READY if command == b"DATA" else 200 <= reply.code < 300
            if not done:
                # Of the replies to one packet the first refusal is the reason for the others.
                refused = refused or read_reply(reply.code, reply.text, "recipient" if place == 1 else "envelope")
            elif command == b"DATA" and refused is not None:
                # It takes a letter to nobody. One without content is given to nobody as well.
                conversation.close()
        if refused is not None and refused.answer == "accepted":
            conversation.close()
            return Handed("deferred", "odd-reply")
        return refused

    async def _reset(self, conversation: Conversation) -> None:
        """Make the connection ready for the next letter, or give it up; the server's answer to this one stands."""
        try:
            async with asyncio.timeout(self._settings.smtp_timeout_s):
                conversation.say(b"RSET")
                if (await conversation.reply()).code != _DONE:
                    conversation.close()
        except _BROKEN:
            conversation.close()


def _dotted(content: bytes) -> bytes:
    """With a dot before each line that begins with one, and the dot that ends it. Letters of ours have their line ends
    already: to look for others by a pattern took longer than all else that is done with a letter here."""
    ends = content.count(b"\r\n")
    if content.count(b"\n") != ends or content.count(b"\r") != ends:
        content = _LINE_ENDS.sub(b"\r\n", content)
    body = content.replace(b"\n.", b"\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _name(error: BaseException) -> str:
    return type(error).__name__
