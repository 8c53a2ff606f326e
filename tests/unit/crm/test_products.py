"""`crm products`: what is exported can be read in again as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.crm.conftest import Crm

DOOR = ("--url", "http://interactions", "--key", "k")


def a_product(number: int, **changes: Any) -> dict[str, Any]:
    """A product as the app shows it."""
    return {
        "product_id": f"p{number}", "kind": "product", "name": 'Apples, "red"; 1 kg', "category": "Fruit/Apples",
        "department": None, "brand": None, "stock": 12.5, "starts_at": None, "ends_at": "2031-05-01T12:00:00Z",
        "url": None, "image": None, "substitutes": ["pear", "plum"], "complements": [], "withdrawn": False,
        "price": {"since": "2026-05-01T12:00:00Z", "price": 299, "cost": 180, "currency": "EUR"}, **changes,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["products.csv", "products.jsonl"])
def test_what_is_exported_can_be_imported_as_it_was(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """Catches a column that gets lost, a comma that divides a name, and a page that is left out."""
    pages = [[a_product(1), a_product(2, price=None)], [a_product(3, stock=None, ends_at=None, substitutes=[])]]
    put: list[dict[str, Any]] = []
    real = httpx.Client

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            put.extend(json.loads(request.read())["products"])
            return httpx.Response(200, json={"products": 3, "changed": 0})
        second = request.url.params.get("after") == "more"
        return httpx.Response(200, json={"items": pages[second], "next": None if second else "more"})

    monkeypatch.setattr(httpx, "Client", lambda **options: real(**options, transport=httpx.MockTransport(handle)))
    made = crm("products", "export", str(tmp_path / name), *DOOR, "--json")
    assert (made.exit_code, json.loads(made.stdout)["products"]) == (0, 3), made.output
    assert crm("products", "import", str(tmp_path / name), *DOOR).exit_code == 0
    priced = {"price": 299, "cost": 180, "currency": "EUR", "since": "2026-05-01T12:00:00Z"}
    whole = {
        "product_id": "p1", "kind": "product", "name": 'Apples, "red"; 1 kg', "category": "Fruit/Apples", "stock": 12.5,
        "ends_at": "2031-05-01T12:00:00Z", "substitutes": ["pear", "plum"],
    }  # fmt: skip
    assert put[0] == whole | priced
    assert put[1] == whole | {"product_id": "p2"}
    assert put[2] == {**{name: whole[name] for name in ("kind", "name", "category")}, "product_id": "p3", **priced}
