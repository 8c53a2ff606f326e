"""Addresses and keys of the local installation can be printed again."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.local.keys import load_keys
from services.registry import SERVICES
from tests.unit.crm.conftest import Crm


def test_addresses_and_keys_are_those_of_the_installation(crm: Crm, installation: Path) -> None:
    """Catches an address of a former start, and service keys or the installation's key in somebody's terminal."""
    ports = json.loads((installation / "installation" / "ports.json").read_text())
    keys = load_keys(installation / "installation")
    shown = json.loads(crm("where", "--json").stdout)
    assert shown["services"] == {service: f"http://127.0.0.1:{ports[f'{service}.app']}" for service in SERVICES}
    assert shown["inbox"] == "http://127.0.0.1:8025"
    assert shown["keys"]["storefront"] == keys["storefront"]
    text = crm("where").stdout
    assert keys["storefront"] in text
    assert keys["installation"] not in text
    assert keys["service-campaigns"] not in text


def test_the_environment_of_a_service_can_be_taken_over_by_a_shell(crm: Crm, installation: Path) -> None:
    """Catches a line that a shell does not understand."""
    lines = crm("where", "--env", "analytics").stdout.splitlines()
    assert any(line.startswith("export DATABASE_URL=") and line.endswith("/analytics") for line in lines)
    assert crm("where", "--env", "nobody").exit_code == 2


def test_another_folder_can_be_named(crm: Crm, installation: Path, tmp_path: Path) -> None:
    """Catches an option that is not looked at."""
    moved = installation.rename(tmp_path / "elsewhere")
    assert crm("where").exit_code == 2
    assert crm("where", "--folder", str(moved)).exit_code == 0


def test_commands_use_the_local_installation_when_nothing_is_set(crm: Crm, installation: Path) -> None:
    """Catches an operator's first command after `make run` that asks for settings: here only the server is away."""
    shown = crm("dead-letters", "list", "analytics")
    assert shown.exit_code == 1
    assert "cannot be used" in shown.stderr
