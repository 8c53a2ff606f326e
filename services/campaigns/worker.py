"""Event front: `python -m services.campaigns.worker`."""

from services.campaigns.config import Settings
from services.campaigns.handlers import SUBSCRIPTION
from services.campaigns.jobs import JOBS
from services.campaigns.sending.responses import ResponsePublisher
from services.campaigns.sending.sender import Sender
from shared.worker.worker import Worker, create_worker


def create(settings: Settings) -> Worker:
    """The worker; nothing connects yet."""
    return create_worker(settings, subscriptions=[SUBSCRIPTION], jobs=JOBS, parts=(Sender(), ResponsePublisher()))


if __name__ == "__main__":
    create(Settings()).main()
