"""What customers can do: the topics that it reads, and its capabilities, lower ones first."""

from __future__ import annotations

from services.customers.attributes import routes as attributes
from services.customers.cards import routes as cards
from services.customers.duplicates import jobs as duplicates_jobs
from services.customers.duplicates import routes as duplicates_routes
from services.customers.duplicates.repository import index as duplicates_index
from services.customers.duplicates.repository import proposals as duplicates
from services.customers.erasures.handlers import handlers_for
from services.customers.exports import handlers as exports_handlers
from services.customers.exports import jobs as exports_jobs
from services.customers.exports import repository as exports
from services.customers.exports import routes as exports_routes
from services.customers.identifiers import repository as identifiers
from services.customers.imports import handlers as imports_handlers
from services.customers.imports import jobs as imports_jobs
from services.customers.imports.repository import consents, results, touched
from services.customers.imports.routes import imports as imports_routes
from services.customers.imports.routes import mappings as import_mappings
from services.customers.merges import handlers as merges_handlers
from services.customers.merges import repository as merges
from services.customers.merges import routes as merges_routes
from services.customers.merges.service.restating import restate_merges
from services.customers.observations import handlers as observations
from services.customers.profiles.repository import history, records
from services.customers.profiles.routes import customers, finding
from services.customers.profiles.routes import identifiers as customers_identifiers
from services.customers.profiles.service.restating import restate_profiles
from services.customers.purchases import handlers as purchases
from services.customers.refreshes import jobs as refreshes
from services.customers.relations import repository as relations
from services.customers.relations import routes as relations_routes
from services.customers.respellings import jobs as respellings
from services.customers.retention import jobs as retention
from services.customers.search import routes as search
from shared.capabilities import Capability

# Three topics, three groups: a flood on one does not hold up the others.
CONSUMERS = {
    "customers-inbound": ["customers-inbound"],
    "customers-purchases": ["interactions-events"],
    "customers-erasures": ["privacy-events"],
}

# What belongs to a person, for erasures; a capability that keeps more adds its own.
STORES = (
    *records.STORES,
    *identifiers.STORES,
    *history.STORES,
    *merges.STORES,
    *results.STORES,
    *touched.STORES,
    *consents.STORES,
    *exports.STORES,
    *duplicates_index.STORES,
    *duplicates.STORES,
    *relations.STORES,
)

CAPABILITIES = [
    Capability("attributes", routers=[attributes.router]),
    Capability(
        "profiles",
        routers=[customers.router, finding.router, customers_identifiers.router],
        restates={"campaigns": [restate_profiles]},
    ),
    Capability("refreshes", jobs=refreshes.JOBS),
    Capability("retention", jobs=retention.JOBS),
    Capability("purchases", handlers=purchases.HANDLERS),
    Capability("observations", handlers=observations.HANDLERS),
    Capability(
        "merges",
        routers=[merges_routes.router],
        handlers=merges_handlers.HANDLERS,
        restates={"campaigns": [restate_merges]},
    ),
    Capability(
        "imports",
        handlers=imports_handlers.HANDLERS,
        routers=[imports_routes.router, import_mappings.router],
        jobs=imports_jobs.JOBS,
    ),
    Capability("exports", handlers=exports_handlers.HANDLERS, routers=[exports_routes.router], jobs=exports_jobs.JOBS),
    Capability("duplicates", routers=[duplicates_routes.router], jobs=duplicates_jobs.JOBS),
    Capability("relations", routers=[relations_routes.router]),
    Capability("respellings", jobs=respellings.JOBS),
    Capability("search", routers=[search.router]),
    Capability("cards", routers=[cards.router]),
    Capability("erasures", handlers=handlers_for(STORES)),
]
