"""A mail server that accepts everything at once and notes when: `python -m tests.bench.sink PORT FILE`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import uvloop

from deploy.local.ports import is_listening, keep_or_choose
from tests.bench.ground import ended

_REPLIES = {
    b"EHLO": b"250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
_END = b"\r\n.\r\n"


class _Conversation(asyncio.Protocol):
    def __init__(self, notes: int) -> None:
        self._notes = notes
        self._buffer = b""
        self._in_data = False
        self._recipient = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(b"220 bench ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._in_data or b"\r\n" in self._buffer:
            if self._in_data:
                if _END not in self._buffer:
                    return
                _, _, self._buffer = self._buffer.partition(_END)
                self._in_data = False
                os.write(self._notes, b"%.6f %b\n" % (time.time(), self._recipient))
                self._transport.write(b"250 accepted\r\n")
            else:
                line, _, self._buffer = self._buffer.partition(b"\r\n")
                self._command(line)

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0]
        elif verb == b"DATA":
            self._in_data = True
        self._transport.write(_REPLIES.get(verb, b"250 ok\r\n"))
        if verb == b"QUIT":
            self._transport.close()


class Sink:
    """The server's notes, read from outside."""

    def __init__(self, host: str, port: int, file: Path, pid: int) -> None:
        self.address = host, port
        self.pid = pid
        self._file = file
        self._at = 0
        self._rest = b""

    def accepted(self) -> list[tuple[float, str]]:
        """What was accepted since the last look: (wall clock, recipient)."""
        with self._file.open("rb") as notes:
            notes.seek(self._at)
            new = notes.read()
        self._at += len(new)
        *whole, self._rest = (self._rest + new).split(b"\n")
        return [(float(at), who.decode()) for at, _, who in (line.partition(b" ") for line in whole)]


@contextlib.contextmanager
def a_sink(folder: Path) -> Iterator[Sink]:
    """A mail server in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    port, file = keep_or_choose({}, ["sink"])["sink"], folder / "accepted.txt"
    file.write_bytes(b"")
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.sink", str(port), str(file)])
    with ended(process):
        while not is_listening(port):
            if process.poll() is not None:
                raise RuntimeError("the mail sink did not start")
            time.sleep(0.05)
        yield Sink("127.0.0.1", port, file, process.pid)


async def _serve(port: int, file: Path) -> None:
    notes = os.open(file, os.O_WRONLY | os.O_APPEND)
    server = await asyncio.get_running_loop().create_server(lambda: _Conversation(notes), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
