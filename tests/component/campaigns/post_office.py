"""A real SMTP server that keeps each mail before it answers, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any, Literal

from aiosmtpd.smtp import SMTP

Mood = Literal["well", "busy", "no-such-address", "refuses", "drops-before-data", "drops-after-data", "replies"]


class PostOffice:
    """`mails` are those that it has, whether or not the sender was told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.as_received: list[bytes] = []
        self.mood: Mood = "well"
        # In the mood "replies": what is said to a recipient, and to a whole letter.
        self.at_recipient = self.at_letter = "250 OK"
        # One whom their own provider shields from us.
        self.refused_recipient: str | None = None
        self.connections = 0
        self.port = 0
        self._open: list[SMTP] = []

    def forget(self) -> None:
        """An empty box and a good mood."""
        self.mails.clear()
        self.as_received.clear()
        self.mood = "well"
        self.at_recipient = self.at_letter = "250 OK"

    def hang_up(self) -> None:
        """Close every connection, as servers do with idle ones."""
        while self._open:
            server = self._open.pop()
            if server.transport is not None:
                server.transport.close()

    @property
    def keys(self) -> list[str]:
        """The ledger key of each mail."""
        return [str(mail["X-Ledger-Key"]) for mail in self.mails]

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listens on a free port of the loopback."""
        loop = asyncio.get_running_loop()

        def protocol() -> SMTP:
            self.connections += 1
            self._open.append(SMTP(self, enable_SMTPUTF8=False, loop=loop))
            return self._open[-1]

        server = await loop.create_server(protocol, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """aiosmtpd asks before it takes a recipient."""
        if self.mood == "drops-before-data":
            server.transport.abort()
        if self.mood == "busy":
            return "451 try again later"
        if self.mood == "no-such-address":
            return "550 5.1.1 no such mailbox"
        if address == self.refused_recipient:
            return "550 5.7.1 not from you"
        if self.mood == "replies" and not self.at_recipient.startswith("250"):
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """aiosmtpd has the whole mail."""
        if self.mood == "refuses":
            return "554 looks like spam"
        if self.mood == "replies" and not self.at_letter.startswith("250"):
            return self.at_letter
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append(mail)
        self.as_received.append(envelope.content)
        if self.mood == "drops-after-data":
            server.transport.abort()
        return "250 kept"
