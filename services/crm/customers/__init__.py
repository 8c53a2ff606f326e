"""`crm customers`: files in and out, finding people, merges, duplicates."""

from __future__ import annotations

import typer

from services.crm.customers import duplicates, exporting, finding, importing, relating, steering

commands = typer.Typer(help="Customers: files in and out, find, merge, undo.", no_args_is_help=True)
commands.command("import")(importing.import_)
commands.command("imports")(steering.imports)
commands.command("undo")(steering.undo)
commands.command("export")(exporting.export)
commands.command("find")(finding.find)
commands.command("show")(finding.show_customer)
commands.command("merge")(finding.merge)
commands.add_typer(relating.commands, name="relations")
commands.add_typer(duplicates.commands, name="duplicates")
