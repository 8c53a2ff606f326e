"""The outermost layer of every app: trace, metrics, and an answer to whatever went wrong inside."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import MACHINE
from shared.observability.metrics import HTTP_REQUESTS, HTTP_SECONDS
from shared.observability.spans import is_on, span
from shared.observability.tracing import enter_trace
from shared.web.problems import answer_to_failure


class Front:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        traceparent = request.headers.get("traceparent")
        if not is_on():
            enter_trace(traceparent)
            await self._serve(request, receive, send)
            return
        with span(scope["method"], "server", parent=traceparent, http__request__method=scope["method"]) as current:
            route, status = await self._serve(request, receive, send)
            current.rename(f"{scope['method']} {route}")
            current.set("http.route", route)
            current.set("http.response.status_code", status)

    async def _serve(self, request: Request, receive: Receive, send: Send) -> tuple[str, int]:
        """The route's template and the answer's status."""
        scope = request.scope
        began, status = MACHINE.monotonic(), 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                # Answers show customers; a route whose answer may be kept says so itself.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        # The template, not the path: one series per route, and no ids in metrics and spans.
        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:
            if status:
                raise  # the answer had begun: the server can only cut the connection
            await answer_to_failure(error, request)(scope, receive, watch)
        finally:
            route = str(getattr(scope.get("route"), "path", "unknown"))
            HTTP_REQUESTS.labels(scope["method"], route, str(status)).inc()
            HTTP_SECONDS.labels(route).observe(MACHINE.monotonic() - began)
        return route, status
