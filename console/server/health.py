"""How the console and the services are: for probes, for the operators' port, for the page of operations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse, Response

from console.server.config import SERVICES, Settings
from console.server.context import ContextDep, PersonDep
from console.server.errors import RoleLacksScope
from shared.observability import metrics
from shared.observability.spans import NO_TELEMETRY

router = APIRouter()


def health_router(settings: Settings) -> APIRouter:
    """Live and ready. Redis and services may be away: the console then says so itself."""
    made = APIRouter()

    @made.get("/health/live")
    async def live() -> Response:
        return JSONResponse({"status": "live"})

    @made.get("/health/ready")
    async def ready() -> Response:
        built = (settings.pages / "index.html").exists()
        return JSONResponse({"status": "ready" if built else "the pages are not built"}, 200 if built else 503)

    return made


def create_health_app(settings: Settings) -> FastAPI:
    """Health and metrics on a port of their own, which is not for strangers."""
    app = FastAPI(title="console health", openapi_url=None, docs_url=None, redoc_url=None, telemetry=NO_TELEMETRY)
    app.include_router(health_router(settings))

    @app.get("/metrics")
    async def show_metrics() -> Response:
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    return app


@router.get("/services")
async def show_services(context: ContextDep, person: PersonDep) -> Response:
    """How each process is, by its own word; of the apps alone where nobody told the others' addresses."""
    if "operations" not in person.scopes:
        raise RoleLacksScope("This needs operations.", cure="Ask for the role operator.", scope="operations")
    addresses = probes_of(context.settings)
    states = await asyncio.gather(*(_ask(context.probe, address) for address in addresses.values()))
    return JSONResponse(dict(zip(addresses, states, strict=True)))


def probes_of(settings: Settings) -> Mapping[str, str]:
    """What to ask, by the name of each process."""
    if settings.health_urls:
        return {name: f"{url}/health/deep" for name, url in settings.health_urls.items()}
    return {f"{service}.app": f"{settings.url_of(service)}/health/ready" for service in SERVICES}


async def _ask(probe: httpx.AsyncClient, address: str) -> dict[str, Any]:
    try:
        state = dict((await probe.get(address)).json())
    except (httpx.HTTPError, ValueError) as error:
        return {"status": "away", "error": type(error).__name__}
    return {
        **state,
        "status": {"ready": "ok", "not ready": "degraded"}.get(state.get("status", ""), state.get("status")),
    }
