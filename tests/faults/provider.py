"""A mail provider that misbehaves on demand; it syncs each accepted mail to its log before it answers.

A process of its own: `python -m tests.faults.provider --folder … --smtp-port … --control-port …`. The control port
takes one JSON line, `{"mode": "stall"}`, and answers `ok`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import time
from email import message_from_bytes
from pathlib import Path
from typing import Literal

import orjson
from aiosmtpd.smtp import SMTP, Envelope, Session

LOG = "handed-over.ndjson"
Mode = Literal[
    "accept", "drop", "hold-recipient", "hold-answer", "kept-and-deferred", "refuse-later", "refuse-now",
    "refused-letter", "slow",
]  # fmt: skip
_SLOW_S = 0.3


class Provider:
    """aiosmtpd's handler.

    `drop`: keeps the mail and closes the connection instead of answering. `hold-recipient`, `hold-answer`: answers
    nothing until the mode changes, before the mail or after it is kept. `refuse-later`: 451. `refuse-now`: 554.
    `kept-and-deferred`: keeps the mail and answers its last dot with 451. `refused-letter`: keeps nothing and answers
    it with 554.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._out = (folder / LOG).open("ab", buffering=0)
        self.mode: Mode = "accept"
        self.changed = asyncio.Condition()

    async def change(self, mode: Mode) -> None:
        """From now on; what is held goes on."""
        async with self.changed:
            self.mode = mode
            self.changed.notify_all()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer a recipient."""
        await self._while("hold-recipient")
        if self.mode == "refuse-later":
            return "451 4.3.0 try again later"
        if self.mode == "refuse-now":
            return "554 5.7.1 not today"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, then answer as the mode wills."""
        if self.mode == "refused-letter":
            return "554 5.6.0 nobody can read that"
        self._keep(envelope)
        if self.mode == "kept-and-deferred":
            return "451 4.3.0 kept, but who knows"
        if self.mode == "drop":
            assert server.transport is not None
            server.transport.close()
            return "250 never received"
        if self.mode == "slow":
            await asyncio.sleep(_SLOW_S)
        await self._while("hold-answer")
        return "250 kept"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        message = message_from_bytes(content if isinstance(content, bytes) else str(content).encode())
        row = {"key": message["X-Ledger-Key"], "to": envelope.rcpt_tos[0], "at": time.time()}
        self._out.write(orjson.dumps(row) + b"\n")
        os.fsync(self._out.fileno())

    async def _while(self, mode: Mode) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.mode != mode)


def set_mode(port: int, mode: Mode) -> None:
    """Change the mode of the provider whose control port this is."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(orjson.dumps({"mode": mode}) + b"\n")
        assert connection.recv(16) == b"ok\n"


async def _serve(folder: Path, smtp_port: int, control_port: int) -> None:
    provider = Provider(folder)

    async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await provider.change(orjson.loads(await reader.readline())["mode"])
        writer.write(b"ok\n")
        await writer.drain()
        writer.close()

    # A held answer must outlast the sender's patience: the server's own idle limit is not the fault that is played.
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(provider, enable_SMTPUTF8=True, timeout=600, loop=loop), "127.0.0.1", smtp_port
    )
    control_server = await asyncio.start_server(control, "127.0.0.1", control_port)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    async with smtp, control_server:
        await stop.wait()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--control-port", type=int, required=True)
    asked = parser.parse_args()
    asyncio.run(_serve(asked.folder, asked.smtp_port, asked.control_port))
    # Held conversations would keep the loop's shutdown waiting.
    os._exit(0)


if __name__ == "__main__":
    main()
