"""Before a service starts: `python -m services.migrate customers` upgrades its database and creates missing topics.

Harmless when there is nothing to do; several at once wait for each other.
"""

from __future__ import annotations

import argparse
import asyncio

from services.registry import SERVICES, run_migrations, settings_of
from shared.kafka.clients import create_topics
from shared.observability.logging import configure_logging


def main() -> None:
    """Command line: the database is the service's DATABASE_URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=SERVICES)
    service = parser.parse_args().service
    settings = settings_of(service)
    configure_logging(settings.log_level, service=service, process="migrate")
    run_migrations(service, settings.database_url)
    asyncio.run(create_topics(settings))


if __name__ == "__main__":
    main()
