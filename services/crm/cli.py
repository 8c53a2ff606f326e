"""All commands of `crm`, each from its own module."""

from __future__ import annotations

import typer

from services.crm import (
    campaigns,
    cases,
    consents,
    currency,
    customers,
    dead_letters,
    documents,
    journeys,
    keys,
    migrating,
    orders,
    products,
    publishers,
    rebuilding,
    reconciling,
    repairing,
    requests,
    sending,
    where,
)
from services.crm.backups import commands as backups

app = typer.Typer(
    help="""Operate and develop the five services.

    Settings come from the environment, as each service's process has them. Where the environment names no database, the
    local installation that `make run` has made is used (--folder). Exit status: 0 done, 1 refused or something differs,
    2 wrong usage or a missing setting. Every command has --help with an example, and --json.""",
    no_args_is_help=True,
    add_completion=False,
    # Plain help and plain errors: they are read in logs and terminals alike.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("migrate")(migrating.migrate)
app.add_typer(dead_letters.commands, name="dead-letters")
app.command("reconcile")(reconciling.reconcile)
app.command("rebuild")(rebuilding.rebuild)
app.command("repair-clock")(repairing.repair_clock)
app.add_typer(keys.commands, name="keys")
app.add_typer(customers.commands, name="customers")
app.add_typer(consents.commands, name="consents")
app.add_typer(requests.commands, name="requests")
app.add_typer(orders.commands, name="orders")
app.add_typer(cases.commands, name="cases")
app.add_typer(currency.commands, name="currency")
app.add_typer(products.commands, name="products")
app.add_typer(publishers.commands, name="publishers")
app.add_typer(campaigns.commands, name="campaigns")
app.add_typer(journeys.commands, name="journeys")
app.add_typer(sending.commands, name="sending")
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("where")(where.where)
app.command("openapi")(documents.openapi)
app.command("asyncapi")(documents.asyncapi)
