"""The worker of customers: `python -m services.customers.worker`."""

from services.customers.capabilities import CAPABILITIES, CONSUMERS
from services.customers.config import Settings
from shared.capabilities import worker_of
from shared.worker.worker import Worker


def create(settings: Settings) -> Worker:
    """The worker, not running: nothing connects yet."""
    return worker_of(settings, CAPABILITIES, CONSUMERS)


if __name__ == "__main__":
    create(Settings()).main()
