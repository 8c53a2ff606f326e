"""`crm migrate`: bring databases to the newest schema and create missing topics."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, failures_explained, show
from services.crm.settings import Folder, database_is_shared, settings_for
from services.registry import SERVICES, run_migrations
from shared.kafka.clients import create_topics
from shared.observability.logging import configure_logging


def _known(services: list[str]) -> list[str]:
    if unknown := [service for service in services if service not in SERVICES]:
        raise typer.BadParameter(f"{', '.join(unknown)}: none of {', '.join(SERVICES)}")
    return services


Services = Annotated[
    list[str] | None,
    typer.Argument(callback=lambda given: _known(given or []), metavar="SERVICE", help="All when none is named."),
]


def migrate(services: Services = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Bring the databases of the named services, or of all, to the newest schema, and create missing topics.

    Harmless when there is nothing to do; several at once wait for each other. Without a service, DATABASE_URL holds
    {service} where the service's name goes.

    \b
    Example:
      crm migrate customers
      DATABASE_URL=postgresql://crm:secret@db/{service} crm migrate
    """
    chosen = services or list(SERVICES)
    if len(chosen) > 1 and database_is_shared(folder):
        fail(
            "DATABASE_URL names no database for each service.",
            "Name one service, or write {service} into DATABASE_URL where its name goes.",
            WRONG_USAGE,
        )
    for service in chosen:
        settings = settings_for(service, folder)
        configure_logging(settings.log_level, service=service, process="migrate")
        with failures_explained():
            run_migrations(service, settings.database_url)
            asyncio.run(create_topics(settings))
    show({"migrated": chosen}, f"Newest schema and topics: {', '.join(chosen)}.", as_json=as_json)
