"""The one route class: key, scope and rate first, then a bounded, timed and strict body, then the use case."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, cast

import fastapi
from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from shared.web import idempotency
from shared.web.body import DEFAULT_LIMIT, DoorRequest
from shared.web.context import AppContext
from shared.web.docs import describe
from shared.web.security import BodyLimit, PublicMarker, ScopeMarker, let_anybody_in, let_in, marked
from shared.web.transactions import transaction

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class DoorRoute(APIRoute):
    """A route of our doors. `required_scope` is None for public ones, which `create_app` must list."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        markers = marked(self.dependencies, ScopeMarker)
        scopes = {marker.scope for marker in markers}
        if len(scopes) > 1:
            raise ValueError(f"{path} names several scopes: {', '.join(sorted(scopes))}")
        self.required_scope = next(iter(scopes), None)
        self.key_in_body = next((marker.key_in_body for marker in markers if marker.key_in_body), None)
        self.for_pages = bool(markers) and all(marker.pages for marker in markers)
        checks = marked(self.dependencies, PublicMarker)
        if checks and scopes:
            raise ValueError(f"{path} names a scope and a check for strangers")
        self.checks = [marker.check for marker in checks]
        limits = marked(self.dependencies, BodyLimit)
        self.largest_body = limits[-1].limit if limits else DEFAULT_LIMIT
        describe(self, self.required_scope, keyed=_uses_transaction(self.dependant))

    def get_route_handler(self) -> Handler:
        """FastAPI's own handler behind our checks."""
        inner = super().get_route_handler()
        names = _query_names(self.dependant)
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)
        keeps_transaction = _uses_transaction(self.dependant)

        async def handle(request: Request) -> Response:
            scope = self.required_scope
            state, context = request.state, cast(AppContext, request.app.state.context)
            state.keyed, state.guard = scope is not None, None
            door = DoorRequest(request.scope, request.receive, self.largest_body, context.pauses, context.bodies)
            try:
                if scope is not None:
                    state.caller = await let_in(door, context, scope, self.key_in_body, pages=self.for_pages)
                else:
                    context = context.strangers or context
                    state.caller = await let_anybody_in(request, context)
                state.context = context
                # Mail programs add to the links of public doors; whoever has a key mistypes.
                door.refuse_odd_parameters(names if scope is not None else None)
                for check in self.checks:
                    if (answer := check(door, context)) is not None:
                        return answer
                # Ahead of any transaction, which a body that does not come would hold open. Others may stream theirs.
                if takes_json:
                    await door.read_json_body()
                elif keeps_transaction or scope is None:
                    await door.body()
                response = await inner(door)
                guard: idempotency.Guard | None = state.guard
                if guard is not None:
                    # Still inside the request's transaction: FastAPI leaves function-scoped dependencies after this.
                    await guard.keep(response)
                return response
            finally:
                door.let_go()

        return handle


def _query_names(dependant: Dependant) -> frozenset[str]:
    own = {one.alias for one in dependant.query_params}
    return frozenset(own.union(*(_query_names(one) for one in dependant.dependencies)))


def _uses_transaction(dependant: Dependant) -> bool:
    return any(one.call is transaction or _uses_transaction(one) for one in dependant.dependencies)


class APIRouter(fastapi.APIRouter):
    """FastAPI's router with our route class."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("route_class", DoorRoute)
        super().__init__(**options)
