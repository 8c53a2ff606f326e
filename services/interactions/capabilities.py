"""The capabilities of interactions, lowest first: a capability uses those above it in this list, never those below."""

from __future__ import annotations

from services.interactions.carts import jobs as carts_jobs
from services.interactions.carts import repository as carts_repository
from services.interactions.carts import routes as carts
from services.interactions.cases import repository as cases_repository
from services.interactions.cases import routes as cases
from services.interactions.catalogue import routes as catalogue
from services.interactions.erasures.handlers import handlers_for
from services.interactions.event_types import routes as event_types
from services.interactions.identity.handlers import HANDLERS as IDENTITY_HANDLERS
from services.interactions.imports import jobs as imports_jobs
from services.interactions.imports import repository as imports_repository
from services.interactions.imports import routes as imports
from services.interactions.ingest.handlers import subscriptions
from services.interactions.ingest.routes import events
from services.interactions.ingest.routes.publisher import open_publisher
from services.interactions.publishers import jobs as publishers_jobs
from services.interactions.publishers import routes as publishers
from services.interactions.rates import routes as rates
from services.interactions.recording import jobs as recording_jobs
from services.interactions.recording import repository as recording
from services.interactions.recording.handlers import HANDLERS as RECORDING_HANDLERS
from services.interactions.recording.service.restating import restate_interactions
from services.interactions.segment_api.routes import calls
from services.interactions.timeline import routes as timeline
from services.interactions.visitors import repository as visitors
from shared.capabilities import Capability
from shared.customers.stores import MERGES, OWNERS

# Consumer group -> the topics it reads. Ingest's door `interactions-inbound` is a subscription of its own.
CONSUMERS = {
    "interactions-settled": ["campaigns-events"],
    "interactions": ["customers-events", "privacy-events"],
}

# What an erasure empties.
STORES = (
    *recording.STORES,
    OWNERS,
    MERGES,
    *imports_repository.STORES,
    *cases_repository.STORES,
    *carts_repository.STORES,
    *visitors.STORES,
)

CAPABILITIES = [
    Capability("identity", handlers=IDENTITY_HANDLERS),
    Capability("rates", routers=[rates.base_currency, rates.router]),
    Capability("event_types", routers=[event_types.router]),
    Capability("visitors"),
    Capability("catalogue", routers=[catalogue.router]),
    Capability("carts", routers=[carts.router], jobs=carts_jobs.JOBS),
    Capability("publishers", routers=[publishers.router], jobs=publishers_jobs.JOBS),
    Capability(
        "recording",
        handlers=RECORDING_HANDLERS,
        restates={"analytics": [restate_interactions]},
        jobs=recording_jobs.JOBS,
    ),
    Capability("ingest", routers=[events.router], on_start=open_publisher, subscriptions=subscriptions),
    Capability("imports", routers=[imports.router, imports.by_interaction], jobs=imports_jobs.JOBS),
    Capability("segment_api", routers=[calls.router]),
    Capability("cases", routers=[cases.router]),
    Capability("timeline", routers=[timeline.router]),
    Capability("erasures", handlers=handlers_for(STORES)),
]
