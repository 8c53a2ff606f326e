"""The event door: what analytics hears, as one busy subscription."""

from services.analytics.service.hearing import HEARD, Hearing
from services.analytics.service.programs import Programs
from shared.events.subscription import Subscription

CONSUMER = "analytics"
TOPICS = ("interactions-events", "customers-events", "privacy-events")


def subscription(programs: Programs) -> Subscription:
    """Whole batches go to one use case: one statement for each table."""
    return Subscription(CONSUMER, TOPICS, types=HEARD, on_batch=Hearing(programs).hear)
