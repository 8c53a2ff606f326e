"""customers' event front: `python -m services.customers.worker`."""

from __future__ import annotations

from services.customers.config import Settings
from services.customers.handlers import subscriptions
from services.customers.jobs import JOBS
from shared.worker import Worker, create_worker


def create() -> Worker:
    """The worker, from the environment's settings."""
    settings = Settings()  # type: ignore[call-arg]
    return create_worker(settings, subscriptions=subscriptions(settings), jobs=JOBS)


if __name__ == "__main__":
    create().main()
