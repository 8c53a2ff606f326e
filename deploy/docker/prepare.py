"""In containers, before the services start: `python -m deploy.docker.prepare` creates databases, their roles and the
topics, brings every schema up to date, and starts the business clock; then it ends. Harmless when all of it is there.
What it needs was made by `deploy.docker.secrets`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.demo.grocery import LIVE_FROM
from deploy.local.databases import create_databases, load_passwords
from deploy.local.errors import CannotStart
from deploy.local.installation import SERVICES
from deploy.local.preparing import migrate, start_clock

_FACTOR = 3600.0


def prepare(environment: Mapping[str, str]) -> None:
    """All of it, from STATE, COMMON, SECRETS, KAFKA_BOOTSTRAP and, if set, FACTOR."""
    state, common = Path(environment["STATE"]), Path(environment["COMMON"])
    postgres = (state / "postgres_dsn").read_text()
    asyncio.run(create_databases(postgres, load_passwords(state, SERVICES)))
    migrate({service: _environment(service, environment) for service in SERVICES}, state / "logs")
    start_clock(common, float(environment.get("FACTOR", _FACTOR)), LIVE_FROM)


def _environment(service: str, environment: Mapping[str, str]) -> dict[str, str]:
    return {
        # Topics are made by an administrator of the broker.
        **{name: value for name, value in environment.items() if name.startswith("KAFKA_")},
        "API_KEYS_FILE": str(Path(environment["COMMON"]) / "api-keys.json"),
        "SECRETS_DIR": str(Path(environment["SECRETS"]) / service),
    }


def main() -> int:
    """Do it; the exit status."""
    try:
        prepare(os.environ)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
