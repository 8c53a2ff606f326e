"""The event front of customers: `python -m services.customers.worker`."""

from services.customers.config import Settings
from services.customers.handlers import subscriptions
from services.customers.jobs import JOBS
from shared.worker.worker import Worker, create_worker


def create(settings: Settings) -> Worker:
    """Not running yet."""
    return create_worker(settings, subscriptions=subscriptions(settings), jobs=JOBS)


if __name__ == "__main__":
    create(Settings()).main()
