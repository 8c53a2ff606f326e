"""The worker of campaigns: `python -m services.campaigns.worker`."""

from services.campaigns.capabilities import CAPABILITIES, CONSUMERS
from services.campaigns.config import Settings
from shared.capabilities import worker_of
from shared.worker.worker import Worker


def create(settings: Settings) -> Worker:
    """The worker; nothing connects yet."""
    return worker_of(settings, CAPABILITIES, CONSUMERS)


if __name__ == "__main__":
    create(Settings()).main()
