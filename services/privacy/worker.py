"""Run privacy's worker: events, relay, jobs."""

from services.privacy.capabilities import CAPABILITIES, CONSUMERS
from services.privacy.config import Settings
from shared.capabilities import worker_of
from shared.worker.worker import Worker


def create(settings: Settings) -> Worker:
    """The worker; nothing connects before it runs."""
    return worker_of(settings, CAPABILITIES, CONSUMERS)


if __name__ == "__main__":
    create(Settings()).main()
