"""In containers, before the services start: `python -m deploy.docker.prepare` makes keys and the business clock,
creates databases and topics, and brings every schema up to date; then it ends. Harmless when all of it is there."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from deploy.demo.grocery import LIVE_FROM
from deploy.local.console import make_owner
from deploy.local.errors import CannotStart
from deploy.local.installation import SERVICES
from deploy.local.keys import load_keys, write_key_file
from deploy.local.preparing import create_databases, migrate, start_clock

_FACTOR = 3600.0


def prepare(environment: Mapping[str, str]) -> None:
    """All of it, from POSTGRES_DSN, KAFKA_BOOTSTRAP, REDIS_DSN, STATE and, if set, FACTOR."""
    state = Path(environment["STATE"])
    state.mkdir(parents=True, exist_ok=True)
    keys = load_keys(state)
    write_key_file(state, keys)
    for service in (*SERVICES, "console"):
        write_secrets(state, service, keys)
    make_owner(state / "console/users.json")
    asyncio.run(create_databases(environment["POSTGRES_DSN"], SERVICES))
    migrate({service: _environment(service, environment, state) for service in SERVICES}, state / "logs")
    start_clock(state, float(environment.get("FACTOR", _FACTOR)), LIVE_FROM)


def write_secrets(state: Path, service: str, keys: Mapping[str, str]) -> None:
    """One file for each secret that the service's settings read from SECRETS_DIR, and no other service's."""
    folder = state / "secrets" / service
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in (("service_key", keys[f"service-{service}"]), ("installation_key", keys["installation"])):
        (folder / name).write_text(value)


def _environment(service: str, environment: Mapping[str, str], state: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": urlsplit(environment["POSTGRES_DSN"])._replace(path=f"/{service}").geturl(),
        "KAFKA_BOOTSTRAP": environment["KAFKA_BOOTSTRAP"],
        "REDIS_URL": environment["REDIS_DSN"],
        "API_KEYS_FILE": str(state / "api-keys.json"),
        "SECRETS_DIR": str(state / "secrets" / service),
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
