"""The event front of privacy."""

from services.privacy.config import Settings
from services.privacy.handlers import SUBSCRIPTION
from services.privacy.jobs import jobs
from shared.worker.worker import Worker, create_worker


def create(settings: Settings) -> Worker:
    """The worker."""
    return create_worker(settings, subscriptions=[SUBSCRIPTION], jobs=jobs(settings))


if __name__ == "__main__":
    create(Settings()).main()
