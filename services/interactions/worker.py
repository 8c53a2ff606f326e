"""Event front: `python -m services.interactions.worker`."""

from services.interactions.config import Settings
from services.interactions.handlers import subscriptions
from shared.clock import open_clock
from shared.worker.worker import Worker, create_worker


def create(settings: Settings) -> Worker:
    """The worker; nothing connects yet."""
    return create_worker(settings, subscriptions=subscriptions(settings, open_clock(settings.clock_file)))


if __name__ == "__main__":
    create(Settings()).main()
