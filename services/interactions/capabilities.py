"""The capabilities of interactions, lowest first: a capability uses those above it in this list, never those below."""

from __future__ import annotations

from services.interactions.catalogue import routes as catalogue
from services.interactions.erasures.handlers import HANDLERS as ERASURES_HANDLERS
from services.interactions.event_types import routes as event_types
from services.interactions.identity.handlers import HANDLERS as IDENTITY_HANDLERS
from services.interactions.imports import jobs as imports_jobs
from services.interactions.imports import routes as imports
from services.interactions.ingest.handlers import subscriptions
from services.interactions.ingest.routes import events
from services.interactions.ingest.routes.publisher import open_publisher
from services.interactions.rates import routes as rates
from services.interactions.recording import jobs as recording_jobs
from services.interactions.recording.handlers import HANDLERS as RECORDING_HANDLERS
from services.interactions.recording.service.restating import restate_interactions
from services.interactions.segment_api.routes import calls
from services.interactions.timeline import routes as timeline
from shared.capabilities import Capability

# Consumer group -> the topics it reads. Ingest's door `interactions-inbound` is a subscription of its own.
CONSUMERS = {
    "interactions-settled": ["campaigns-events"],
    "interactions": ["customers-events", "privacy-events"],
}

CAPABILITIES = [
    Capability("identity", handlers=IDENTITY_HANDLERS),
    Capability("rates", routers=[rates.base_currency, rates.router]),
    Capability("event_types", routers=[event_types.router]),
    Capability("visitors"),
    Capability("catalogue", routers=[catalogue.router]),
    Capability(
        "recording",
        handlers=RECORDING_HANDLERS,
        restates={"analytics": [restate_interactions]},
        jobs=recording_jobs.JOBS,
    ),
    Capability("ingest", routers=[events.router], on_start=open_publisher, subscriptions=subscriptions),
    Capability("imports", routers=[imports.router, imports.by_interaction], jobs=imports_jobs.JOBS),
    Capability("segment_api", routers=[calls.router]),
    Capability("timeline", routers=[timeline.router]),
    Capability("erasures", handlers=ERASURES_HANDLERS),
]
