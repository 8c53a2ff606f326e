"""The capabilities of analytics, low to high: no capability imports one that stands below it in this list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from services.analytics.backfill.jobs import Fill
from services.analytics.backfill.repository import fills
from services.analytics.backfill.service.sweeping import Sweeping
from services.analytics.crosssell import jobs as crosssell_jobs
from services.analytics.crosssell import routes as crosssell
from services.analytics.erasures import handlers as erasures
from services.analytics.explanations import routes as explanations
from services.analytics.facts import handlers as facts
from services.analytics.facts import repository as facts_repository
from services.analytics.facts.streams import FACTS
from services.analytics.identity import handlers as identity
from services.analytics.identity import repository as identity_repository
from services.analytics.insights import jobs as insights_jobs
from services.analytics.insights import routes as insights
from services.analytics.memberships import handlers as memberships
from services.analytics.memberships import jobs as counts
from services.analytics.memberships.repository import memberships as memberships_repository
from services.analytics.memberships.repository import states
from services.analytics.memberships.routes import customers, members
from services.analytics.memberships.service.recomputing import Recomputing
from services.analytics.memberships.service.restating import restate_memberships
from services.analytics.memberships.service.wakeups import WakeUps
from services.analytics.previews import routes as previews
from services.analytics.reconciliation import jobs as reconciliation
from services.analytics.retracted import handlers as retracted
from services.analytics.scorecards import repository as scorecards_repository
from services.analytics.scores import handlers as score_handlers
from services.analytics.scores import jobs as score_jobs
from services.analytics.scores import routes as scores
from services.analytics.scores.service.following import Following
from services.analytics.segments import handlers as segments
from services.analytics.segments.repository import lists as lists_repository
from services.analytics.segments.routes import lists
from services.analytics.segments.routes import segments as definitions
from services.analytics.segments.service.programs import Programs
from services.analytics.statistics import jobs as statistics
from shared.capabilities import Capability, subscriptions_of
from shared.config import ServiceSettings
from shared.events.subscription import Subscription
from shared.worker.parts import Part

if TYPE_CHECKING:
    from services.analytics.lane.streams.lane import Step

CONSUMERS = {"analytics": ("interactions-events", "customers-events", "privacy-events")}

# Where a customer's data lies, each table with the customer in `customer_id`: all of it goes with an erasure.
STORES = (
    *facts_repository.STORES,
    *lists_repository.STORES,
    *states.STORES,
    *memberships_repository.STORES,
    *identity_repository.STORES,
    *fills.STORES,
    *scorecards_repository.STORES,
)

# What is worked out about a customer who is none goes with a retraction; how it came about stays in the history.
STATES = (
    *(store.name for store in (*states.STORES, *fills.STORES, *scorecards_repository.STORES)),
    "memberships",
    "dirty",
)


def capabilities(programs: Programs) -> list[Capability]:
    """What one process does. `programs` is the compiled program that its parts share."""
    return [
        Capability("lane", drivers={"analytics": _lane(programs)}),
        Capability("statistics", jobs=[statistics.job()]),
        Capability("identity", handlers=identity.HANDLERS),
        Capability("facts", handlers=facts.HANDLERS, read_models=[FACTS]),
        Capability("scorecards"),
        Capability("segments", routers=[definitions.router, lists.router], handlers=segments.handlers()),
        Capability(
            "memberships",
            routers=[members.router, customers.router],
            handlers=memberships.handlers(programs),
            jobs=[counts.job()],
            restates={"campaigns": [restate_memberships]},
        ),
        Capability("backfill", jobs=[Fill().job]),
        Capability("explanations", routers=[explanations.router]),
        Capability("previews", routers=[previews.router]),
        Capability("scores", routers=[scores.router], handlers=score_handlers.HANDLERS, jobs=[score_jobs.job()]),
        Capability("insights", routers=[insights.router], jobs=[insights_jobs.job()]),
        Capability("crosssell", routers=[crosssell.router], jobs=[crosssell_jobs.job()]),
        Capability("reconciliation", jobs=[reconciliation.job(programs)]),
        Capability("retracted", handlers=retracted.handlers_for(STATES)),
        Capability("erasures", handlers=erasures.handlers_for(STORES)),
    ]


def _lane(programs: Programs) -> Callable[[Any, Subscription], Part]:
    def lane(settings: ServiceSettings, subscription: Subscription) -> Part:
        # Here and not above: the app would load Faust for nothing.
        from services.analytics.lane.streams.lane import Lane

        return Lane(settings, subscription, lane_steps(programs))

    return lane


def lane_steps(programs: Programs) -> list[Step]:
    """What the lane does between two batches of events, in this order."""
    return [WakeUps(programs).step, Recomputing(programs).step, Sweeping(programs).step, Following(programs).step]


def subscription(settings: ServiceSettings, programs: Programs) -> Subscription:
    """The topics that the lane reads, and who handles their events."""
    (found,) = subscriptions_of(settings, capabilities(programs), CONSUMERS)
    return found


CAPABILITIES = capabilities(Programs())
