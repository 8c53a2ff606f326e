"""Event front of interactions: `python -m services.interactions.worker`."""

from services.interactions.capabilities import CAPABILITIES, CONSUMERS
from services.interactions.config import Settings
from shared.capabilities import worker_of
from shared.worker.worker import Worker


def create(settings: Settings) -> Worker:
    """The worker; nothing connects yet."""
    return worker_of(settings, CAPABILITIES, CONSUMERS)


if __name__ == "__main__":
    create(Settings()).main()
