"""`crm rebuild`: compare a read model with what its sources say, and mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from services.crm.installation import DEFAULT
from services.crm.output import REFUSED, WRONG_USAGE, AsJson, fail, failures_explained, show, table
from services.crm.settings import Folder, Service, database_is_shared, settings_for
from services.registry import SERVICES, capabilities_of
from shared.clock import open_clock
from shared.config import ServiceSettings
from shared.database.engine import Database
from shared.events.copies import ReadModel
from shared.events.rebuild import TableReport
from shared.events.rebuild import rebuild as rebuild_model
from shared.events.restating import Restater, restate
from shared.observability.logging import configure_logging

# A comparison reads whole tables.
_PATIENCE_S = 600.0


def rebuild(
    service: Service,
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="What to rebuild: copies of campaigns, facts of analytics.")
    ],
    compare: Annotated[
        bool, typer.Option("--compare", help="Only compare; exit status 1 when something differs.")
    ] = False,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Rebuild a service's copies of others' facts beside the live ones, compare, and mend what differs.

    All services go on meanwhile, and their workers must run: the owners tell everything again through their outboxes.
    What is mended starts no campaign. DATABASE_URL must have {service} in the place of the service's name.

    \b
    Example:
      crm rebuild campaigns copies
    """
    if database_is_shared(folder):
        fail(
            "a rebuild reads from the databases of several services.",
            "Put {service} into DATABASE_URL, or name the folder of a local installation with --folder.",
            WRONG_USAGE,
        )
    known = {found.name: found for capability in capabilities_of(service) for found in capability.read_models}
    if model not in known:
        fail(f"{service} has no read model {model!r}.", f"It has: {', '.join(known) or 'none'}.", WRONG_USAGE)
    settings = {name: settings_for(name, folder) for name in SERVICES}
    configure_logging("WARNING", service=service, process="crm")
    with failures_explained():
        reports = asyncio.run(_rebuild(settings, service, known[model], repair=not compare))
    show([asdict(report) for report in reports], _text(reports), as_json=as_json)
    if any(report.live != report.rebuilt for report in reports):
        raise typer.Exit(REFUSED)


async def _rebuild(
    settings: Mapping[str, ServiceSettings], service: str, model: ReadModel, *, repair: bool
) -> list[TableReport]:
    own = settings[service]
    database = _database(own)

    async def restate_all() -> None:
        for owner in SERVICES:
            if restaters := restaters_of(owner, service):
                owners = _database(settings[owner])
                try:
                    await restate(owners, settings[owner], restaters, service)
                finally:
                    await owners.close()

    try:
        return await rebuild_model(own, database, model, restate_all, repair=repair)
    finally:
        await database.close()


def restaters_of(owner: str, consumer: str) -> list[Restater]:
    """What tells `consumer` everything again that `owner` owns."""
    return [restater for capability in capabilities_of(owner) for restater in capability.restates.get(consumer, ())]


def _database(settings: ServiceSettings) -> Database:
    return Database(
        settings.database_url,
        source=settings.service,
        clock=open_clock(settings.clock_file),
        pool_size=1,
        command_timeout_s=_PATIENCE_S,
    )


def _text(reports: Sequence[TableReport]) -> str:
    head = ["table", "rows", "customers that differed", "now"]
    rows = [
        [
            report.name,
            str(report.rows),
            str(report.differing),
            "equal" if report.live == report.rebuilt else "DIFFERENT",
        ]
        for report in reports
    ]
    return table([head, *rows])
