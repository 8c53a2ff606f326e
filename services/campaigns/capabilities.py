"""The capabilities of campaigns, low to high: each may use those above it in this file, and none below."""

from __future__ import annotations

from services.campaigns.campaigns import handlers as campaigns_handlers
from services.campaigns.campaigns import jobs as campaigns_jobs
from services.campaigns.campaigns import routes as campaigns_routes
from services.campaigns.confirmations import handlers as confirmations_handlers
from services.campaigns.contacts import handlers as contacts_handlers
from services.campaigns.contacts.repository import stores as contacts_stores
from services.campaigns.contacts.streams import copies_of_others
from services.campaigns.delivery import jobs as delivery_jobs
from services.campaigns.delivery import routes as delivery_routes
from services.campaigns.delivery.streams.sender import Sender
from services.campaigns.erasures import handlers as erasures_handlers
from services.campaigns.erasures import jobs as erasures_jobs
from services.campaigns.gate import routes as gate_routes
from services.campaigns.journeys import handlers as journeys_handlers
from services.campaigns.journeys import jobs as journeys_jobs
from services.campaigns.journeys import routes as journeys_routes
from services.campaigns.journeys.repository import stores as journeys_stores
from services.campaigns.journeys.streams import Mover
from services.campaigns.messages import handlers as messages_handlers
from services.campaigns.messages import jobs as messages_jobs
from services.campaigns.messages import routes as messages_routes
from services.campaigns.messages.repository import stores as messages_stores
from services.campaigns.settings import routes as settings_routes
from services.campaigns.tracking import repository as tracking_stores
from services.campaigns.tracking import routes as tracking_routes
from services.campaigns.tracking.streams import ResponsePublisher
from shared.capabilities import Capability

CONSUMERS = {"campaigns": ("interactions-events", "customers-events", "analytics-events", "privacy-events")}

# Where a customer's id stands: all of it is emptied when the customer is erased.
STORES = (
    *contacts_stores.STORES,
    *messages_stores.STORES,
    *journeys_stores.STORES,
    *tracking_stores.STORES,
)

CAPABILITIES = (
    Capability(
        "contacts", handlers=contacts_handlers.HANDLERS, read_models=(copies_of_others(contacts_handlers.REBUILDING),)
    ),
    Capability("settings", routers=(settings_routes.router,)),
    Capability("content"),
    Capability(
        "messages",
        routers=(messages_routes.router,),
        handlers=messages_handlers.HANDLERS,
        jobs=messages_jobs.JOBS,
    ),
    Capability("gate", routers=(gate_routes.router,)),
    Capability(
        "delivery",
        routers=(delivery_routes.router,),
        jobs=delivery_jobs.JOBS,
        parts=lambda settings: (Sender(), *delivery_jobs.journal(settings)),
    ),
    Capability(
        "campaigns",
        routers=campaigns_routes.ROUTERS,
        on_start=campaigns_routes.open_tools,
        handlers=campaigns_handlers.HANDLERS,
        jobs=campaigns_jobs.JOBS,
    ),
    Capability("confirmations", handlers=confirmations_handlers.HANDLERS),
    Capability(
        "journeys",
        routers=journeys_routes.ROUTERS,
        handlers=journeys_handlers.HANDLERS,
        jobs=journeys_jobs.JOBS,
        parts=lambda settings: (Mover(),),
    ),
    Capability(
        "tracking",
        routers=(tracking_routes.router,),
        public=tracking_routes.PUBLIC,
        parts=lambda settings: (ResponsePublisher(),),
    ),
    Capability("erasures", handlers=erasures_handlers.handlers_for(STORES), jobs=erasures_jobs.jobs_for(STORES)),
)
