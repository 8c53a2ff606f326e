"""In containers, before any server starts: `python -m deploy.docker.secrets` makes every password and key once, and
puts into each container's own folder what that container needs and nothing else. Harmless when all of it is there.

STATE holds what only the preparation and the demonstration read, COMMON what every service may (hashes of keys), and
SECRETS a folder for each container, which is a volume of its own.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy.local.console import make_owner
from deploy.local.databases import address, load_passwords
from deploy.local.installation import LINKING, SERVICES
from deploy.local.keys import load_keys, write_key_file

_SERVER = "postgresql://postgres:5432/"
_PASSWORD_OF_BEFORE = "local-only"


def make_secrets(environment: Mapping[str, str]) -> None:
    """All of it. A secret's file is named like the setting that reads it (SECRETS_DIR)."""
    state, common, own = (Path(environment[name]) for name in ("STATE", "COMMON", "SECRETS"))
    for folder in (state, common):
        folder.mkdir(parents=True, exist_ok=True)
    keys = load_keys(state)
    write_key_file(common, keys)
    servers = _server_passwords(state)
    roles = load_passwords(state, SERVICES)
    redis = f"redis://:{servers['redis']}@redis:6379/0"
    # For the preparation, which makes databases and roles, and the demonstration, which looks into all of them.
    _write(state, {"postgres_dsn": address(_SERVER, "postgres", servers["postgres"], role="crm"), "redis_dsn": redis})
    for service in SERVICES:
        database = address(_SERVER, service, roles[service])
        written = {"service_key": keys[f"service-{service}"], "installation_key": keys["installation"],
                   "database_url": database, "redis_url": redis}  # fmt: skip
        if service in LINKING:
            written["link_keys"] = f"1:{keys['links']}"
        _write(own / service, written)
    _write(own / "console", {"service_key": keys["service-console"], "redis_url": redis})
    make_owner(own / "console/users.json")
    _write(own / "postgres", {"password": servers["postgres"]})
    configuration = f'requirepass {servers["redis"]}\nsave ""\nappendonly no\n'
    _write(own / "redis", {"password": servers["redis"], "redis.conf": configuration})


def _server_passwords(state: Path) -> dict[str, str]:
    file = state / "server-passwords.json"
    passwords: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if not passwords and (state / "secrets").is_dir():
        # Volumes of a version that had no passwords of its own: their server knows this one.
        passwords["postgres"] = _PASSWORD_OF_BEFORE
    for server in ("postgres", "redis"):
        passwords.setdefault(server, secrets.token_urlsafe(24))
    _write(state, {file.name: json.dumps(passwords)})
    return passwords


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(value)


if __name__ == "__main__":
    make_secrets(os.environ)
