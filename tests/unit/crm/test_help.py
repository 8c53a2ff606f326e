"""Every command explains itself, and none answers a missing setting with a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from services.crm.cli import app
from tests.unit.crm.conftest import Crm

ID = "0198f2c4-0000-7000-8000-000000000001"
# Any JSON that is there.
DEFINITION = Path(__file__).parents[3] / "docs" / "asyncapi.json"
# What a command needs besides its name; nothing is set, so that each must say what is missing.
WITHOUT_SETTINGS = {
    "migrate": ("customers",),
    "dead-letters list": ("customers",),
    "dead-letters show": ("customers", ID),
    "dead-letters repair": ("customers", ID),
    "dead-letters replay": ("customers", ID),
    "dead-letters discard": ("customers", ID),
    "reconcile": (),
    "rebuild": ("campaigns", "copies"),
    "repair-clock": ("privacy",),
    "backup": ("backup",),
    "restore": ("backup",),
    **{f"sending {action}": () for action in ("show", "halt", "resume")},
    "keys list": (),
    "keys print": (),
    "keys create": ("till", "--scope", "interactions:write"),
    "keys revoke": ("till",),
    "keys rotate": ("till",),
    "where": (),
    "customers import": (__file__,),
    "consents verify": (),
    "orders import": (__file__,),
    "currency show": (),
    "currency set": ("EUR",),
    "products import": (__file__,),
    "products unknown": (),
    "products export": ("products.csv",),
    "publishers list": (),
    "publishers show": ("till",),
    "cases list": (),
    "cases show": (ID,),
    "cases set": (ID, "solved"),
    "orders show": (ID,),
    "orders undo": (ID,),
    "campaigns list": (),
    **{f"campaigns {action}": (ID,) for action in ("start", "pause", "resume", "stop", "report")},
    "journeys list": (),
    "journeys create": (str(DEFINITION),),
    "journeys change": (ID, str(DEFINITION)),
    **{f"journeys {action}": (ID,) for action in ("start", "pause", "resume", "stop", "report")},
    "requests list": (),
    "requests take": (ID, "--kind", "access"),
    "requests check": (ID, "--how", "called back"),
    "requests complete": (ID, "--done", "corrected"),
    "requests hold": (ID, "--reason", "a claim", "--until", "2030-01-01"),
    **{f"requests {action}": (ID, "--reason", "why") for action in ("extend", "refuse")},
    **{f"requests {action}": (ID,) for action in ("show", "link", "lift")},
    "customers imports": (),
    "customers undo": (ID,),
    "customers find": ("Berg",),
    "customers show": (ID,),
    "customers merge": (ID, ID),
    "customers duplicates list": (),
    "customers duplicates compare": (),
    "customers relations list": (ID,),
    "customers relations add": (ID, "parent_of", ID),
    "customers relations end": (ID, "--until", "2026-04-30"),
    **{f"customers duplicates {action}": (ID,) for action in ("show", "confirm", "reject", "reopen")},
    "customers export": ("out.csv", "--columns", "email", "--reason", "test"),
}


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command that does something."""
    members: dict[str, Any] = vars(group or typer.main.get_command(app))["commands"]
    for name, command in members.items():
        if "commands" in vars(command):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example_and_json(crm: Crm, words: tuple[str, ...]) -> None:
    """Catches a command that only its author can use."""
    shown = crm(*words, "--help")
    assert shown.exit_code == 0
    assert f"crm {' '.join(words)}" in shown.output.partition("Example:")[2]
    assert "--json" in shown.output


@pytest.mark.parametrize("name", WITHOUT_SETTINGS)
def test_a_missing_setting_is_named_with_its_cure(crm: Crm, name: str) -> None:
    """Catches a traceback, and a message that does not tell what to do."""
    shown = crm(*name.split(), *WITHOUT_SETTINGS[name])
    assert shown.exit_code == 2, shown.output
    assert isinstance(shown.exception, SystemExit)
    assert "Error: " in shown.stderr
    assert "Cure: " in shown.stderr
    assert "--folder" in shown.stderr


def test_the_list_above_holds_every_command_that_needs_settings() -> None:
    """Catches a command that is added without being asked what it says when nothing is set."""
    assert {" ".join(words) for words in commands()} - WITHOUT_SETTINGS.keys() == {"openapi", "asyncapi"}


def test_an_unknown_service_is_refused_with_the_known_ones(crm: Crm) -> None:
    """Catches a misspelt service that ends in an import error."""
    for words in (("migrate", "custmers"), ("dead-letters", "list", "custmers"), ("openapi", "custmers")):
        shown = crm(*words)
        assert shown.exit_code == 2
        assert "customers, interactions, analytics, campaigns, privacy" in shown.stderr


def test_all_databases_at_once_need_an_address_for_each(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches five schemas in one database."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/customers")
    shown = crm("migrate")
    assert shown.exit_code == 2
    assert "{service}" in shown.stderr
