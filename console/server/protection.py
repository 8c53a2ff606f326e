"""What holds for every request: changes come from our own pages, as JSON or a file; answers carry strict headers."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.server.config import Settings
from console.server.errors import CrossSite
from console.server.operations import FILE
from shared.errors import TooLarge, WrongMediaType
from shared.web.problems import answer

_SAFE = frozenset({"GET", "HEAD"})
_MIB = 1024 * 1024
_LARGEST_BODY = 2 * _MIB
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Protection:
    """ASGI middleware. A form of another site can send neither our Origin nor application/json."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def dress(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    given.setdefault(name, value)
                if self._settings.is_secure:
                    given.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        refusal = None if scope["method"] in _SAFE else self._objection(headers, scope["scheme"], scope["path"])
        app = self._app if refusal is None else answer(refusal, Request(scope))
        await app(scope, receive, dress)

    def _objection(self, headers: Headers, scheme: str, path: str) -> CrossSite | WrongMediaType | TooLarge | None:
        own = self._settings.public_url.rstrip("/") or f"{scheme}://{headers.get('host', '')}"
        if headers.get("origin") != own or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return CrossSite(
                "This change was not asked for by a page of this console.", cure="Open the console itself."
            )
        length = headers.get("content-length", "0")
        media_type = headers.get("content-type", "").partition(";")[0].strip()
        # Which of the services' operations take a file, the proxy knows; it passes the bytes on without keeping them.
        is_file = media_type == FILE and path.startswith("/api/")
        largest = self._settings.file_most_mib * _MIB if is_file else _LARGEST_BODY
        if "transfer-encoding" in headers or not length.isdigit() or int(length) > largest:
            return TooLarge(f"Send at most {largest:,} bytes, with a Content-Length.")
        if length != "0" and media_type != "application/json" and not is_file:
            return WrongMediaType("Changes are JSON.", cure="Send Content-Type: application/json.")
        return None
