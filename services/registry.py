"""The five services by name: settings, apps and migrations, for commands and tests that deal with each."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI

from shared.capabilities import Capability, subscriptions_of
from shared.config import ServiceSettings
from shared.database.migrate import upgrade
from shared.events.subscription import Subscription

SERVICES = ("customers", "interactions", "analytics", "campaigns", "privacy")

# Ports at which nobody listens.
_NOWHERE: dict[str, Any] = {
    "database_url": "postgresql://nobody:none@127.0.0.1:1/none",
    "kafka_bootstrap": "127.0.0.1:1",
    "redis_url": "redis://127.0.0.1:1/0",
    "api_keys_file": Path("none.json"),
}


def settings_of(service: str, **given: Any) -> ServiceSettings:
    """A service's settings from the environment, or from what is given."""
    return cast(ServiceSettings, importlib.import_module(f"services.{service}.config").Settings(**given))


def unconnected_settings(service: str, **given: Any) -> ServiceSettings:
    """A service's settings that lead nowhere, for looking at its app without starting it."""
    return settings_of(service, **{**_NOWHERE, **given})


def make_app(service: str, settings: ServiceSettings) -> FastAPI:
    """What services/<service>/app.py makes of `settings`."""
    return cast(FastAPI, importlib.import_module(f"services.{service}.app").create(settings))


def capabilities_of(service: str) -> Sequence[Capability]:
    """What a service can do, as its processes are made of it."""
    return cast(Sequence[Capability], importlib.import_module(f"services.{service}.capabilities").CAPABILITIES)


def run_migrations(service: str, database_url: str, revision: str = "head") -> None:
    """Upgrade a service's database to its newest schema, or to `revision`, and make the daily partitions."""
    upgrade(service, migrations_of(service), database_url, revision)


def migrations_of(service: str) -> Path:
    """The folder of a service's migrations."""
    return Path(__file__).parent / service / "migrations"


def consumers_of(service: str, settings: ServiceSettings) -> Sequence[Subscription]:
    """What a service hears from others, as its worker hears it."""
    module = importlib.import_module(f"services.{service}.capabilities")
    return subscriptions_of(settings, module.CAPABILITIES, module.CONSUMERS)
