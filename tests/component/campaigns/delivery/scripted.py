"""A mail server that follows a script: what it offers, and what it answers to each command."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field


@dataclass
class ScriptedServer:
    """`answers` by the command's first word, "." for a letter; None drops the connection. `commands` are those that
    came, `packets` how many reads they came in."""

    offers: tuple[str, ...] = ()
    answers: dict[str, str | None] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    packets: int = 0
    connections: int = 0
    port: int = 0
    # Each reply one byte at a time.
    trickles: bool = False

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listens on a free port of the loopback."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    def forget(self) -> None:
        """As if nothing had come."""
        self.commands.clear()
        self.packets = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError):
            await self._say(writer, "220 scripted")
            await self._listen(reader, writer)
        writer.close()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer, in_letter = b"", False
        while data := await reader.read(65_536):
            self.packets += 1
            buffer += data
            while (end := b"\r\n.\r\n" if in_letter else b"\r\n") in buffer:
                head, _, buffer = buffer.partition(end)
                if in_letter:
                    self.letters.append(head)
                word = "." if in_letter else head[:4].decode().strip().upper()
                if not in_letter:
                    self.commands.append(head.decode())
                reply = self._reply(word)
                in_letter = word == "DATA" and reply is not None and reply.startswith("354")
                if reply is None:
                    writer.transport.abort()
                    return
                await self._say(writer, reply)

    def _reply(self, word: str) -> str | None:
        usual: Mapping[str, str] = {
            "EHLO": "\r\n".join([*(f"250-{offer}" for offer in ("scripted", *self.offers)), "250 HELP"]),
            "DATA": "354 go on",
            "QUIT": "221 bye",
        }
        return self.answers.get(word, usual.get(word, "250 OK"))

    async def _say(self, writer: asyncio.StreamWriter, reply: str) -> None:
        raw = f"{reply}\r\n".encode()
        for piece in (raw[n : n + 1] for n in range(len(raw))) if self.trickles else (raw,):
            writer.write(piece)
            await writer.drain()
            if self.trickles:
                await asyncio.sleep(0)
