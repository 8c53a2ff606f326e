"""The documents' commands write what the code says, and can only look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.crm import documents
from tests.unit.crm.conftest import Crm


def test_a_document_that_differs_is_named_and_written(
    crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a check that writes, one that always passes, and a second run that writes again."""
    monkeypatch.setattr(documents, "FOLDER", tmp_path / "openapi")
    monkeypatch.setattr(documents, "document_of", lambda service: f'"{service}"\n'.encode())
    checked = crm("openapi", "customers", "--check", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)) == (1, {"differs": ["customers.json"]})
    assert not (tmp_path / "openapi").exists()
    assert json.loads(crm("openapi", "customers", "--json").stdout) == {"changed": ["customers.json"]}
    assert (tmp_path / "openapi" / "customers.json").read_text() == '"customers"\n'
    assert crm("openapi", "customers", "--check").exit_code == 0


def test_the_asyncapi_document_of_this_checkout_is_the_codes(crm: Crm) -> None:
    """Catches a contract that changed without its document."""
    assert crm("asyncapi", "--check").exit_code == 0


def test_a_contract_that_breaks_is_refused_with_a_cure(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback where a developer needs to know what to do."""

    def broken() -> list[str]:
        raise ValueError("customers.merged.v1: data.survivor is gone")

    monkeypatch.setattr(documents, "freeze", broken)
    shown = crm("asyncapi")
    assert shown.exit_code == 1
    assert "data.survivor is gone" in shown.stderr
    assert "beside the old one" in shown.stderr
