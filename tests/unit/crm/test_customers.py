"""`crm customers`: what it asks of the app of customers, and what it shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.crm import file_imports
from services.crm.customers import exporting
from tests.unit.crm.conftest import Crm

ID = "0198f2c4-0000-7000-8000-000000000001"
DOOR = ("--url", "http://customers", "--key", "k")
Asked = list[tuple[str, str, Any]]


def an_import(state: str, **changes: Any) -> dict[str, Any]:
    """An import as the app shows it."""
    columns = [{"column": "Mail", "to": "email", "format": None, "source": None}]
    return {
        "import_id": ID, "state": state, "file_name": "c.csv", "rows": 2, "rows_done": 2, "created_by": "operator",
        "counts": {"new": 2, "changed": 0, "unchanged": 0, "refused": 0}, "mapping": columns, "undo": None,
        "guessed_mapping": columns, "refused": [], "unproven": [], "failure": None, **changes,
    }  # fmt: skip


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[tuple[str, str], list[Any]]], Asked]:
    """Answers by method and path, each in its turn; what was asked is kept."""
    real = httpx.Client

    def answer_with(answers: dict[tuple[str, str], list[Any]]) -> Asked:
        asked: Asked = []

        def handle(request: httpx.Request) -> httpx.Response:
            raw = request.read()
            sent = json.loads(raw) if request.headers.get("content-type") == "application/json" else raw
            asked.append((request.method, request.url.path, sent))
            waiting = answers.get((request.method, request.url.path))
            if not waiting:
                return httpx.Response(404, json={"detail": "not there", "errors": []})
            found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return httpx.Response(200, content=found) if isinstance(found, bytes) else httpx.Response(200, json=found)

        def client(**options: Any) -> httpx.Client:
            return real(**options, transport=httpx.MockTransport(handle))

        monkeypatch.setattr(httpx, "Client", client)
        monkeypatch.setattr(file_imports, "_PAUSE_S", 0)
        monkeypatch.setattr(exporting, "_PAUSE_S", 0)
        return asked

    return answer_with


def test_a_file_is_mapped_kept_started_and_waited_for(crm: Crm, app: Any, tmp_path: Path) -> None:
    """Catches a command that starts a file by another mapping than it was told, or does not wait for its end."""
    file = tmp_path / "c.csv"
    file.write_text("Mail\nada@example.test\n")
    path = f"/imports/{ID}"
    asked = app(
        {
            ("POST", "/imports"): [an_import("uploaded", mapping=None)],
            ("PUT", f"{path}/mapping"): [an_import("mapped")],
            ("PUT", "/import-mappings/erp"): [{}],
            ("POST", f"{path}/start"): [an_import("running")],
            ("GET", path): [an_import("running"), an_import("done")],
        }
    )
    words = ("customers", "import", str(file), "--map", "Mail=external_id:erp", "--save-mapping", "erp", "--start")
    shown = crm(*words, *DOOR)
    assert shown.exit_code == 0, shown.output
    assert "2 new, 0 changed, 0 unchanged, 0 refused" in shown.output
    columns = [{"column": "Mail", "to": "external_id", "source": "erp"}]
    assert [body for method, _, body in asked if method == "PUT"] == [{"columns": columns}] * 2


def test_an_undo_takes_back_an_import_or_a_merge(crm: Crm, app: Any) -> None:
    """Catches an undo that takes the one for the other."""
    path, undo = f"/imports/{ID}", {"touched": 2, "restored": 1, "retracted": 1}
    app(
        {
            ("GET", path): [an_import("done"), an_import("undone", undo=undo)],
            ("POST", f"{path}/undo"): [an_import("undoing", undo=undo)],
        }
    )
    shown = crm("customers", "undo", ID, *DOOR)
    assert shown.exit_code == 0, shown.output
    assert "taken back: 1 customers are gone, 1 have what they had" in shown.output
    app({("POST", f"/merges/{ID}/undo"): [{"absorbed": "somebody"}]})
    assert "somebody stands for itself again" in crm("customers", "undo", ID, *DOOR).output


def test_imports_are_listed_and_steered(crm: Crm, app: Any) -> None:
    """Catches a pause that is not asked for, and one of nothing."""
    asked = app(
        {
            ("GET", "/imports"): [{"items": [an_import("running")]}],
            ("GET", f"/imports/{ID}"): [an_import("paused")],
            ("POST", f"/imports/{ID}/pause"): [an_import("paused")],
        }
    )
    assert f"{ID}  running  2/2" in crm("customers", "imports", *DOOR).output
    assert "paused" in crm("customers", "imports", ID, "--ask", "pause", *DOOR).output
    assert ("POST", f"/imports/{ID}/pause", b"") in asked
    assert crm("customers", "imports", "--ask", "pause", *DOOR).exit_code == 2


def test_an_export_is_asked_for_with_its_reason_and_fetched(crm: Crm, app: Any, tmp_path: Path) -> None:
    """Catches a file of everybody where a criterion was given."""
    made = {"export_id": ID, "rows": 1, "failure": None}
    asked = app(
        {
            ("POST", "/exports"): [{**made, "state": "running"}],
            ("GET", f"/exports/{ID}"): [{**made, "state": "done"}],
            ("GET", f"/exports/{ID}/file"): [b"email\nada@example.test\n"],
        }
    )
    out = tmp_path / "bath.csv"
    words = ("--columns", "email", "--where", "city=Bath", "--where", "status=active", "--reason", "letter")
    shown = crm("customers", "export", str(out), *words, *DOOR)
    assert shown.exit_code == 0, shown.output
    assert out.read_text() == "email\nada@example.test\n"
    criteria = {"status": "active", "attributes": {"city": "Bath"}}
    body = {"format": "csv", "criteria": criteria, "reason": "letter", "columns": [{"of": "email"}]}
    assert asked[0] == ("POST", "/exports", body)


def test_somebody_is_found_shown_and_merged(crm: Crm, app: Any) -> None:
    """Catches a customer who is shown although several were meant."""
    one = {"customer_id": ID, "status": "active", "name": "Ada Berg", "attributes": {"city": "Bath"}, "score": 1.0}
    whole = {**one, "identifiers": [{"kind": "email", "value": "ada@example.test", "source": None}],
             "provenance": {"city": {"by": "shop"}}}  # fmt: skip
    two = [{**one, "score": 0.8}, {**one, "score": 0.7}]
    app(
        {
            ("POST", "/customers/find"): [{"items": [one]}, {"items": [one]}, {"items": two}],
            ("GET", f"/customers/{ID}"): [whole],
            ("POST", "/merges"): [{"merge_id": ID, "fields": [{"name": "city", "value": "Bath", "source": ID}]}],
        }
    )
    assert "Ada Berg" in crm("customers", "find", "Berg", *DOOR).output
    assert "shop" in crm("customers", "show", "ada@example.test", *DOOR).output
    assert "2 customers are found" in crm("customers", "show", "Berg", *DOOR).output
    assert "Bath" in crm("customers", "merge", ID, ID, "--dry-run", *DOOR).output
