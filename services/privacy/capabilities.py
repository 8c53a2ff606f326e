"""The capabilities of privacy, low to high, and the consumer that their event handlers share."""

from __future__ import annotations

from services.privacy.consents import handlers as consent_handlers
from services.privacy.consents import jobs as consent_jobs
from services.privacy.consents import routes as consent_routes
from services.privacy.consents.service.restating import restate_consents
from services.privacy.erasures import handlers as erasure_handlers
from services.privacy.erasures import jobs as erasure_jobs
from services.privacy.erasures import routes as erasure_routes
from services.privacy.gate import routes as gate_routes
from services.privacy.holds import routes as hold_routes
from services.privacy.identity import handlers as identity_handlers
from services.privacy.imported import routes as imported_routes
from services.privacy.inbound import jobs as inbound_jobs
from services.privacy.inbound import routes as inbound_routes
from services.privacy.notices import routes as notice_routes
from services.privacy.pages import routes as page_routes
from services.privacy.permits import jobs as permit_jobs
from services.privacy.preferences import routes as preference_routes
from services.privacy.profiling import routes as profiling_routes
from services.privacy.recovery import jobs as recovery_jobs
from services.privacy.requests import jobs as request_jobs
from services.privacy.requests import routes as request_routes
from services.privacy.responses import handlers as response_handlers
from services.privacy.restrictions import routes as restriction_routes
from services.privacy.restrictions.service import restate_restrictions
from services.privacy.seals import jobs as seal_jobs
from services.privacy.signups import jobs as signup_jobs
from services.privacy.signups import routes as signup_routes
from services.privacy.subject_locks import handlers as lock_handlers
from services.privacy.suppression_lists import routes as list_routes
from services.privacy.suppressions import routes as suppression_routes
from shared.capabilities import Capability

CONSUMERS = {"privacy": ["customers-events", "interactions-events", "analytics-events", "campaigns-events"]}

CAPABILITIES = [
    Capability("identity", handlers=identity_handlers.HANDLERS),
    Capability("subject_locks", handlers=lock_handlers.HANDLERS),
    Capability("ledger_checks"),
    Capability("holds", routers=[hold_routes.router]),
    Capability("permits", jobs=permit_jobs.JOBS),
    Capability("suppressions", routers=[suppression_routes.router]),
    Capability("suppression_lists", routers=[list_routes.router]),
    Capability("notices", routers=[notice_routes.router]),
    Capability(
        "consents",
        routers=[consent_routes.router],
        handlers=consent_handlers.HANDLERS,
        parts=consent_jobs.parts,
        restates={"campaigns": [restate_consents]},
    ),
    Capability("preferences", routers=[preference_routes.router], public=[preference_routes.PATH]),
    Capability(
        "signups",
        routers=signup_routes.ROUTERS,
        public=signup_routes.PUBLIC,
        on_start=signup_routes.open_rate_limit,
        jobs=signup_jobs.JOBS,
    ),
    Capability("responses", handlers=response_handlers.HANDLERS),
    Capability("restrictions", routers=[restriction_routes.router], restates={"campaigns": [restate_restrictions]}),
    Capability("profiling", routers=[profiling_routes.router]),
    Capability("inbound", routers=[inbound_routes.router], jobs=inbound_jobs.JOBS),
    Capability("imported", routers=[imported_routes.router]),
    Capability("gate", routers=[gate_routes.router]),
    Capability("erasures", routers=[erasure_routes.router], handlers=erasure_handlers.HANDLERS, jobs=erasure_jobs.JOBS),
    Capability("requests", routers=[request_routes.router], public=[request_routes.PATH], jobs=request_jobs.JOBS),
    Capability("seals", jobs=seal_jobs.JOBS),
    Capability("recovery", jobs=recovery_jobs.JOBS, parts=recovery_jobs.parts),
    Capability("pages", routers=[page_routes.router], public=[page_routes.PATH]),
]
