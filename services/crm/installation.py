"""The files of a local installation, as `make run` and `make start` leave them in their folders.

`installation/environments.json` holds the environment of each service's processes, `installation/secrets.json` the keys
by role, `inbox-ports.json` the inbox. In containers the state folder holds `secrets.json` itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.crm.output import WRONG_USAGE, fail

DEFAULT = Path(".local/run")
_NO_KEYS = ("installation", "links")


def exists(folder: Path) -> bool:
    """Whether processes have been set up from this folder."""
    return (_inside(folder) / "environments.json").exists()


def environment_of(folder: Path, service: str) -> dict[str, str]:
    """The environment variables of a service's processes."""
    environments: dict[str, dict[str, str]] = _read(_inside(folder) / "environments.json")
    return environments[service]


def keys_of(folder: Path) -> dict[str, str]:
    """The clear API keys by role, service keys included."""
    secrets: dict[str, str] = _read(_inside(folder) / "secrets.json")
    return {name: key for name, key in secrets.items() if name not in _NO_KEYS}


def remember_key(folder: Path, role: str, key: str) -> None:
    """Keep a role's new key, so that the installation goes on with it at its next start."""
    file = _inside(folder) / "secrets.json"
    fresh = file.with_name("secrets.json.new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({**_read(file), role: key}, indent=1))
    fresh.replace(file)


def key_file_of(folder: Path) -> Path:
    """The file of hashes that the processes read."""
    return _inside(folder) / "api-keys.json"


def kept_places(folder: Path) -> dict[str, Path]:
    """What a backup takes besides the databases, by name: keys, accounts, settings, imported files, the clock."""
    inside = folder if (folder / "secrets.json").exists() else folder / "installation"
    return {
        "settings.env": folder / "settings.env",
        "secrets.json": inside / "secrets.json",
        "api-keys.json": inside / "api-keys.json",
        "users.json": inside / "console" / "users.json",
        "alarms.json": inside / "console" / "alarms" / "alarms.json",
        "clock.last": inside / "clock.last",
        "imports": inside / "imports",
    }


def inbox_of(folder: Path) -> str | None:
    """The page of the inbox, if there is one."""
    file = folder / "inbox-ports.json"
    return f"http://127.0.0.1:{_read(file)['web']}" if file.exists() else None


def _inside(folder: Path) -> Path:
    nested = folder / "installation"
    return nested if nested.is_dir() else folder


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except FileNotFoundError:
        fail(
            f"there is no local installation in {file.parent}: {file.name} is missing.",
            "Start one with `make run` or `make start`, or name its folder (.local/start) with --folder.",
            WRONG_USAGE,
        )
