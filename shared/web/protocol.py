"""uvicorn's HTTP/1.1 protocol with what it lacks: times for heads and answers, bounds for heads and connections.

A body is timed where it is read (shared.web.body), so that its refusal is an answer like every other.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httptools
import orjson
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from shared.errors import PROBLEM_JSON, BadRequest, Refusal, TooManyRequests, Unavailable
from shared.observability.logging import get_logger
from shared.web.addresses import countable
from shared.web.connections import Connections

log = get_logger(__name__)

# Cookies of a whole site and a long traceparent fit ten times over.
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 100
# So long is the rest of a body read that was refused unread: closing at once would take the answer away as well.
_LINGER_S = 2.0
_AGAIN_S = 5


class SlowHead(Refusal):
    """The head did not arrive."""

    status, slug, title = 408, "slow-head", "The request took too long"


class HeadTooLarge(Refusal):
    """More header than anybody needs."""

    status, slug, title = 431, "head-too-large", "The request's head is too large"


class NotHttp(BadRequest):
    """Not HTTP/1.1."""

    slug, title = "not-http", "The request is not valid HTTP"


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `config.connections` is the listener's register of them."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.register: Connections = config.connections  # type: ignore[attr-defined]
        self.limits = self.register.limits
        self.address = ""
        # Since when we wait for the first head, the rest of a head or body, or the next request.
        self.owes_since: float | None = None
        # Requests whose head was read and whose answer has not gone out.
        self.running = 0
        self.served = False
        self.refused = False
        self.head_begun = False
        self.body_owed = False
        # Bytes of a head, or of what frames a body, that have come without end.
        self.unused = 0
        self.unread, self.unread_since = 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it, or turn it away."""
        super().connection_made(transport)
        self.owes_since = self.loop.time()
        self.address = countable(self.client[0] if self.client else "")
        match self.register.admit(self):
            case "address":
                self.refuse(
                    TooManyRequests(
                        "Too many connections from this address.",
                        cure="Use fewer connections, and keep them for more than one request.",
                        retry_after=_AGAIN_S,
                    ),
                    linger=False,
                )
            case "all":
                self.refuse(
                    Unavailable(
                        "This server has no room for more connections.",
                        cure="Try again after the stated seconds.",
                        retry_after=_AGAIN_S,
                    ),
                    linger=False,
                )

    def connection_lost(self, exc: Exception | None) -> None:
        """Its place is free."""
        self.register.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; what is not HTTP, or too much of it, ends the connection."""
        self._unset_keepalive_if_required()
        if self.refused or self.transport.is_closing():
            return
        self.unused += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The parser takes all that follows for another protocol, and we speak no other.
            self.cycle.keep_alive = False
        except httptools.HttpParserError as error:
            refusal = error.__context__ if isinstance(error.__context__, Refusal) else None
            self.refuse(refusal or NotHttp("The request cannot be read.", cure="Send HTTP/1.1 as RFC 9112 has it."))
        else:
            if self.unused > MOST_HEAD_BYTES:
                self.refuse(_head_too_large())

    def on_message_begin(self) -> None:
        """The first byte of a head."""
        super().on_message_begin()
        self.head_begun = True
        if not self.running:
            self.owes_since = self.loop.time()

    def on_headers_complete(self) -> None:
        """A request begins."""
        if len(self.headers) > MOST_HEADERS or (self.unused > MOST_HEAD_BYTES and self._head_size() > MOST_HEAD_BYTES):
            raise _head_too_large()
        super().on_headers_complete()
        self.head_begun, self.body_owed, self.served = False, True, True
        self.unused = 0
        self.running += 1
        # What follows the body are trailers: whoever strips a header does not look for it there.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        self.unused = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Nothing is owed any more."""
        self.body_owed = False
        self.unused = 0
        if self.running:
            self.owes_since = None
        # Came with its head: whoever reads it need not look at the clock.
        self.scope["whole"] = True  # type: ignore[typeddict-unknown-key]
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The next request may come."""
        self.running -= 1
        super().on_response_complete()
        if not self.running:
            self.owes_since = self.loop.time()

    def pause_writing(self) -> None:
        """The client does not read as fast as it asked."""
        self.owes_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It does again."""
        if self.running and not self.body_owed:
            self.owes_since = None
        # Some of the answer has left since the last look.
        self.unread = 0
        super().resume_writing()

    def look(self, now: float) -> None:
        """Close when the client has kept us waiting for too long."""
        if self._is_unread(now):
            self.register.turned_away("slow_reader")
            self.cut()
            return
        if self.transport.is_closing() or self.running or self.owes_since is None:
            return
        waited = now - self.owes_since
        if self.body_owed or self.refused:
            if waited > _LINGER_S:
                self.transport.close()
        elif self.head_begun:
            if waited > self.limits.head_s:
                self.register.turned_away("slow_head")
                self.refuse(
                    SlowHead(
                        f"The request's head was not complete after {self.limits.head_s:g} s.",
                        cure="Send the whole request in one go.",
                    )
                )
        elif waited > (self.timeout_keep_alive if self.served else self.limits.head_s):
            self.transport.close()

    def cut(self) -> None:
        """Close at once."""
        self.transport.abort()

    def refuse(self, refusal: Refusal, *, linger: bool = True) -> None:
        """Answer without the app, and close. An answer in the making cannot be told from ours: then only close.

        To close while the client still sends would reset the connection, and our answer would be lost with it.
        """
        if self.transport.is_closing():
            return
        if self.running:
            self.transport.abort()
            return
        body = orjson.dumps(refusal.problem())
        fields = [
            *self.server_state.default_headers,
            *((name.lower().encode(), value.encode()) for name, value in refusal.headers.items()),
            (b"content-type", PROBLEM_JSON.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        lines = [STATUS_LINE[refusal.status], *(b"%b: %b\r\n" % field for field in fields), b"\r\n"]
        self.transport.write(b"".join(lines) + body)
        if linger:
            self.refused, self.owes_since = True, self.loop.time()
            self.transport.write_eof()
        else:
            self.transport.close()

    def _is_unread(self, now: float) -> bool:
        """Whether answers lie here, and none of them has left for too long."""
        size = self.transport.get_write_buffer_size()
        if not size or not self.unread or size < self.unread:
            self.unread, self.unread_since = size, now
        return bool(size) and now - self.unread_since > self.limits.answer_s

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)


def _head_too_large() -> HeadTooLarge:
    return HeadTooLarge(
        f"The head has more than {MOST_HEAD_BYTES // 1024} KiB or {MOST_HEADERS} lines.",
        cure="Send fewer or shorter headers, and long values in the body.",
    )
