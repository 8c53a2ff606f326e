"""A local SMTP inbox that can be looked at: it accepts, keeps, and refuses like a real provider does."""

from __future__ import annotations

import argparse
import asyncio
import html
import signal
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from shared.bounded import within

MAILS = "mails.ndjson"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Inbox</title>
<style>body{{font:15px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}}
td{{padding:.2rem .8rem .2rem 0}}
pre{{white-space:pre-wrap;background:#f4f4f4;padding:1rem}}
iframe{{width:100%;height:24rem;border:1px solid #ccc}}</style>
{body}</html>"""


class Mailbox:
    """Mails in one file, a JSON object a line: `at` (machine time of acceptance, seconds), `to`, `raw`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / MAILS

    def add(self, to: list[str], raw: bytes) -> None:
        """Keep one mail."""
        row = {"at": time.time(), "to": to, "raw": raw.decode("utf-8", "surrogateescape")}
        with self._file.open("ab") as file:
            file.write(orjson.dumps(row) + b"\n")

    def rows(self, offset: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
        """Complete rows from a byte offset on, each with the offset after it."""
        if not self._file.exists():
            return
        with self._file.open("rb") as file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                offset += len(line)
                yield offset, orjson.loads(line)


def parse(row: dict[str, Any]) -> EmailMessage:
    """The mail in a row."""
    message = message_from_bytes(row["raw"].encode("utf-8", "surrogateescape"), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


class Provider:
    """aiosmtpd's handler: `bounce-…` does not exist, `busy-…` is deferred once."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._seen_busy: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer a recipient."""
        if address.startswith("bounce-"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy-") and address not in self._seen_busy:
            self._seen_busy.add(address)
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail before accepting it."""
        content = envelope.content
        self._mailbox.add(list(envelope.rcpt_tos), content if isinstance(content, bytes) else str(content).encode())
        return "250 kept"


class Pages:
    """The inbox on a web page: the list, and one mail with its headers, text and HTML."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One HTTP request; read-only."""
        try:
            request = (await within(5, reader.readline())).decode("latin-1").split(" ")
            path = request[1] if len(request) > 1 else "/"
            status, body = self._page(path)
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/html; charset=utf-8\r\n"
            payload = _PAGE.format(body=body).encode("utf-8", "replace")
            writer.write(f"{head}Content-Length: {len(payload)}\r\nConnection: close\r\n\r\n".encode() + payload)
            await writer.drain()
        finally:
            writer.close()

    def _page(self, path: str) -> tuple[HTTPStatus, str]:
        rows = [row for _, row in self._mailbox.rows()]
        if path in ("/", ""):
            return HTTPStatus.OK, self._list(rows)
        number = path.strip("/")
        if number.isdigit() and int(number) < len(rows):
            return HTTPStatus.OK, _one(rows[int(number)])
        return HTTPStatus.NOT_FOUND, "<p>No such mail. <a href='/'>All mails</a></p>"

    def _list(self, rows: list[dict[str, Any]]) -> str:
        lines = []
        for number in range(len(rows) - 1, max(-1, len(rows) - 501), -1):
            message = parse(rows[number])
            lines.append(
                f"<tr><td>{time.strftime('%H:%M:%S', time.localtime(rows[number]['at']))}</td>"
                f"<td>{html.escape(', '.join(rows[number]['to']))}</td>"
                f"<td><a href='/{number}'>{html.escape(str(message['Subject']))}</a></td></tr>"
            )
        return f"<h1>{len(rows)} mails</h1><table>{''.join(lines)}</table>"


def _one(row: dict[str, Any]) -> str:
    message = parse(row)
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    shown = f"<pre>{html.escape(headers)}</pre>"
    if text is not None:
        shown += f"<h2>Text</h2><pre>{html.escape(text.get_content())}</pre>"
    if page is not None:
        # Sandboxed: a mail's HTML runs nothing here and loads nothing that would count as an open.
        shown += f"<h2>HTML</h2><iframe sandbox srcdoc='{html.escape(page.get_content(), quote=True)}'></iframe>"
    return f"<p><a href='/'>All mails</a></p>{shown}"


async def serve(folder: Path, host: str, smtp_port: int, web_port: int, heartbeat: Path | None) -> None:
    """Run both doors until SIGTERM or SIGINT."""
    mailbox = Mailbox(folder)
    controller = Controller(Provider(mailbox), hostname=host, port=smtp_port, enable_SMTPUTF8=True)
    controller.start()
    server = await asyncio.start_server(Pages(mailbox).answer, host, web_port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set():
        if heartbeat is not None:
            heartbeat.touch()  # noqa: ASYNC240 - one inode, once a second
        try:
            await within(1.0, stop.wait())
        except TimeoutError:
            continue
    server.close()
    controller.stop()


def main() -> None:
    """Command line; `deploy.local.hosting` starts it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the interface of both doors")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--heartbeat", type=Path)
    asked = parser.parse_args()
    asyncio.run(serve(asked.folder, asked.host, asked.smtp_port, asked.web_port, asked.heartbeat))


if __name__ == "__main__":
    main()
