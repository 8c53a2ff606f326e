"""The event front: the lane on Faust, the nightly reconciliation, and what the kernel does for each worker."""

from services.analytics.config import Settings
from services.analytics.handlers import subscription
from services.analytics.jobs import jobs
from services.analytics.service.chores import Chores
from services.analytics.service.programs import Programs
from services.analytics.streams.lane import Lane
from shared.worker.worker import Worker, create_worker


def create(settings: Settings | None = None) -> Worker:
    """The worker of this process."""
    settings, programs = settings or Settings(), Programs()
    heard = subscription(programs)
    return create_worker(settings, parts=[Lane(settings, heard, Chores(programs))], jobs=jobs(), replays=[heard])


if __name__ == "__main__":
    create().main()
