"""`crm customers duplicates` and `relations`: what they ask of the app of customers, and what they show."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.crm.customers import duplicates
from tests.unit.crm.conftest import Crm
from tests.unit.crm.test_customers import DOOR, ID, Asked, app

__all__ = ["app"]

OTHER = "0198f2c4-0000-7000-8000-000000000002"
PAIR = {
    "duplicate_id": ID, "score": 0.9972, "customer_id": ID, "other_id": OTHER, "state": "open",
    "fields": [{"field": "given_name", "agreement": "similar", "points": 3.5},
               {"field": "phone", "agreement": "different", "points": -0.5}],
}  # fmt: skip
COUNTS = {"open": 12, "confirmed": 3, "rejected": 1, "waiting": 0}
MERGE = {
    "merge_id": None, "survivor": ID, "absorbed": OTHER,
    "fields": [{"name": "city", "survivor_value": "Bath", "absorbed_value": "York", "value": "Bath", "source": ID}],
}  # fmt: skip
Answers = Callable[[dict[tuple[str, str], list[Any]]], Asked]


def test_the_list_says_why_and_how_many_wait(crm: Crm, app: Answers) -> None:
    """Catches a list of ids that says nothing of the reasons."""
    app({("GET", "/duplicates"): [{"items": [PAIR]}], ("GET", "/duplicates/counts"): [COUNTS]})
    shown = crm("customers", "duplicates", "list", *DOOR)
    assert shown.exit_code == 0, shown.output
    assert "given_name similar" in shown.stdout
    assert "phone" not in shown.stdout
    assert "12 open, 3 confirmed, 1 rejected" in shown.stdout


def test_a_pair_is_shown_with_what_a_merge_would_come_to(crm: Crm, app: Answers) -> None:
    """Catches a merge that was made by looking at it."""
    asked = app({("GET", f"/duplicates/{ID}"): [PAIR], ("POST", f"/duplicates/{ID}/confirm"): [MERGE]})
    shown = crm("customers", "duplicates", "show", ID, *DOOR)
    assert shown.exit_code == 0, shown.output
    assert "York" in shown.stdout
    assert asked[-1][2] == {"survivor": None, "dry_run": True}


def test_a_pair_is_confirmed_rejected_and_put_back(crm: Crm, app: Answers) -> None:
    """Catches a command that asks for something else than it says."""
    answers = {("POST", f"/duplicates/{ID}/{what}"): [{**PAIR, "state": "rejected"}] for what in ("reject", "reopen")}
    asked = app({**answers, ("POST", f"/duplicates/{ID}/confirm"): [{**MERGE, "merge_id": OTHER}]})
    assert OTHER in crm("customers", "duplicates", "confirm", ID, "--survivor", OTHER, *DOOR).stdout
    assert asked[-1][2] == {"survivor": OTHER, "dry_run": False}
    for what in ("reject", "reopen"):
        shown = crm("customers", "duplicates", what, ID, "--json", *DOOR)
        assert json.loads(shown.stdout)["state"] == "rejected"
        assert asked[-1][1] == f"/duplicates/{ID}/{what}"


def test_a_comparison_is_waited_for(crm: Crm, app: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a command that says done while the worker has hardly begun."""
    monkeypatch.setattr(duplicates, "_PAUSE_S", 0)
    run = {"run_id": ID, "state": "running", "customers": 900, "compared": 0, "found": 0}
    done = {**run, "state": "done", "compared": 1000, "found": 7}
    app({("POST", "/duplicate-runs"): [run], ("GET", f"/duplicate-runs/{ID}"): [run, done]})
    shown = crm("customers", "duplicates", "compare", "--wait", *DOOR)
    assert "done, 1000 customers, 7 new pairs" in shown.stdout


def test_relations_are_added_listed_and_ended(crm: Crm, app: Answers) -> None:
    """Catches days that get lost on the way to the app."""
    made = {"relation_id": ID, "customer_id": ID, "kind": "parent_of", "other_id": OTHER, "since": "2020-01-01",
            "until": None, "note": None}  # fmt: skip
    asked = app(
        {
            ("POST", f"/customers/{ID}/relations"): [made],
            ("GET", f"/customers/{ID}/relations"): [{"items": [made]}],
            ("PATCH", f"/relations/{ID}"): [{**made, "until": "2024-01-01"}],
        }
    )
    assert crm("customers", "relations", "add", ID, "parent_of", OTHER, "--since", "2020-01-01", *DOOR).exit_code == 0
    assert asked[-1][2]["since"] == "2020-01-01"
    assert "parent_of" in crm("customers", "relations", "list", ID, *DOOR).stdout
    assert "until 2024-01-01" in crm("customers", "relations", "end", ID, "--until", "2024-01-01", *DOOR).stdout
    assert asked[-1][2] == {"until": "2024-01-01"}
