"""/docs and /openapi.json: the page comes from an installed package, so it works where there is no internet."""

from __future__ import annotations

import gzip
import html
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import orjson
from fastapi import FastAPI
from fastapi.routing import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shared.clock import MACHINE
from shared.errors import NotFound
from shared.web.docs import openapi_of
from shared.web.docs_today import as_of

# The carrier of the files; of its Python nothing is used.
_PACKAGE = "fastapi_offline"
_TYPES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}
_START = b"""
window.ui = SwaggerUIBundle({url: "../openapi.json", dom_id: "#swagger-ui", deepLinking: true,
                             persistAuthorization: false, tryItOutEnabled: true, displayRequestDuration: true});
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="docs/swagger-ui.css"><link rel="icon" href="docs/favicon.png">
</head>
<body><div id="swagger-ui"></div><script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script>
</body>
</html>
"""
# Nothing but our own files; the page draws with inline styles and data images.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
# Packing a megabyte takes longer than any answer should: once in a while is enough.
_KEPT_S = 30.0
PATHS = ("/docs", "/docs/{file}", "/openapi.json")


class NoSuchFile(NotFound):
    """Not a file of the page."""

    slug, title = "no-such-file", "No such file"


def docs_router(app: FastAPI) -> APIRouter:
    """The page, its files, and the document they show."""
    router = APIRouter(include_in_schema=False)

    async def page() -> Response:
        text = _PAGE.format(title=html.escape(f"{app.title} API"))
        return Response(text, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    async def file(file: str, request: Request) -> Response:
        found = _file(file)
        if found is None:
            raise NoSuchFile("The page has no such file.", cure="See /docs.")
        return _sent(request, *found, media_type=_TYPES.get(file, "text/javascript"), keep="public, max-age=86400")

    async def document(request: Request) -> Response:
        return _sent(request, *_document(app), media_type="application/json", keep="no-cache")

    endpoints: tuple[Callable[..., Any], ...] = (page, file, document)
    for path, endpoint in zip(PATHS, endpoints, strict=True):
        router.add_api_route(path, endpoint, methods=["GET", "HEAD"])
    return router


def _sent(request: Request, raw: bytes, packed: bytes, tag: str, *, media_type: str, keep: str) -> Response:
    headers = {"ETag": tag, "Cache-Control": keep, "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(raw, media_type=media_type, headers=headers)


@lru_cache(maxsize=8)
def _file(name: str) -> tuple[bytes, bytes, str] | None:
    if name == "start.js":
        return _ready(_START)
    spec = find_spec(_PACKAGE)
    if name not in _TYPES or spec is None or spec.origin is None:
        return None
    return _ready((Path(spec.origin).parent / "static" / name).read_bytes())


def _document(app: FastAPI) -> tuple[bytes, bytes, str]:
    """Made anew now and then: its business time moves on."""
    kept: Any = app.state
    made_at, made = getattr(kept, "document", (0.0, None))
    if made is None or MACHINE.monotonic() - made_at > _KEPT_S:
        context = getattr(kept, "context", None)
        shown = openapi_of(app) if context is None else as_of(openapi_of(app), context.clock.now())
        made = _ready(orjson.dumps(shown))
        kept.document = MACHINE.monotonic(), made
    return cast(tuple[bytes, bytes, str], made)


def _ready(raw: bytes) -> tuple[bytes, bytes, str]:
    """As it is, compressed, and its tag. Made once: packing a megabyte for every stranger would be a door to close."""
    return raw, gzip.compress(raw, mtime=0), f'"{sha256(raw).hexdigest()[:32]}"'
