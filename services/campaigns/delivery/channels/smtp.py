"""One conversation with a mail server: commands in one packet where the server allows it, replies in their order."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import dataclass
from typing import cast

_LARGEST_REPLY = 64 * 1024
_ODD = re.compile(rb"[\r\n\x00]")


class ConversationLost(Exception):
    """The connection broke, or the server spoke something else than SMTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply: its code, and the text behind it."""

    code: int
    text: str


class Conversation(asyncio.Protocol):
    """Takes over a connection whose greeting, TLS and login are done."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._buffer = b""
        self._lines: list[str] = []
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._lost = transport.is_closing()
        transport.set_protocol(self)

    @property
    def is_ready(self) -> bool:
        """Whether it stands, and the server has said nothing unasked (that it closes, most likely)."""
        return not self._lost and not self._transport.is_closing() and not self._replies and not self._buffer

    def say(self, *commands: bytes) -> None:
        """Commands, in one packet. Raises ConversationLost; ValueError for one that would be two."""
        for command in commands:
            if _ODD.search(command):
                raise ValueError("a command of several lines")
        self.write(b"".join(command + b"\r\n" for command in commands))

    def write(self, data: bytes) -> None:
        """Bytes as they are. Raises ConversationLost."""
        if self._lost or self._transport.is_closing():
            raise ConversationLost
        self._transport.write(data)

    async def reply(self) -> Reply:
        """The next reply. Raises ConversationLost."""
        while not self._replies:
            if self._lost:
                raise ConversationLost
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._replies.popleft()

    def close(self) -> None:
        """Give it up."""
        self._lost = True
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """From the event loop."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            if not line[:3].isdigit():
                self.close()
                break
            self._lines.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                self._replies.append(Reply(int(line[:3]), "\n".join(self._lines)))
                self._lines = []
        if len(self._buffer) + sum(map(len, self._lines)) > _LARGEST_REPLY:
            self.close()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """From the event loop."""
        self._lost = True
        self._wake()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """From the event loop, after STARTTLS."""
        self._transport = cast(asyncio.Transport, transport)

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
