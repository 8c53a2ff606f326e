"""The worker of analytics: the lane on Faust, the back-fill, the nightly reconciliation."""

from services.analytics.capabilities import CAPABILITIES, CONSUMERS
from services.analytics.config import Settings
from shared.capabilities import worker_of
from shared.worker.worker import Worker


def create(settings: Settings | None = None) -> Worker:
    """The worker of this process."""
    return worker_of(settings or Settings(), CAPABILITIES, CONSUMERS)


if __name__ == "__main__":
    create().main()
