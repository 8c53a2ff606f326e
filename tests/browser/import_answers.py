"""What the APIs answer about files of customers and of orders."""

from __future__ import annotations

from typing import Any

from tests.browser.fixed import AT, DONE, RUNNING, UPLOADED, an_id, rows


def imports_row(number: int = 1, state: str = "checked") -> dict[str, Any]:
    return {
        "import_id": an_id(number), "state": state, "file_name": f"customers-{number}.csv", "sha256": "0" * 64,
        "bytes": 4711, "rows": 1200, "rows_done": 600, "created_at": AT, "created_by": "console for ada",
        "counts": {"new": 1100, "changed": 60, "unchanged": 30, "refused": 10}, "started_at": None,
        "started_by": None, "finished_at": None, "failure": None, "undoable": state == "done", "undo": None,
        "consent_counts": {"granted": 700, "unproven": 300, "withdrawn": 40},
    }  # fmt: skip


def imported(number: int = 1, state: str = "checked", count: int = 3) -> dict[str, Any]:
    columns = ["E-Mail", "Ort", "Eintritt", "Newsletter"]
    mapping = [
        {"column": name, "to": to, "format": None, "source": None}
        for name, to in zip(columns, ("email", "city", "birth_date", "consent"), strict=True)
    ]
    example = {"outcome": "changed", "changes": {"city": {"from": "Bath", "to": "York"}}}
    return {
        **imports_row(number, state), "guessed_from": "headings", "consents_told": {},
        "format": "csv", "encoding": "utf-8", "separator": ";", "columns": columns,
        "first_rows": [["ada@example.test", "York", "03/04/1990", "yes"]] * 5, "guessed_mapping": mapping,
        "formats": {"Eintritt": ["DD/MM/YYYY", "MM/DD/YYYY"]}, "same_file": an_id(9),
        "mapping": None if state == "uploaded" else mapping, "unproven": ["Newsletter"],
        "refused": [{"reason": f"E-Mail: must be an address ({n})", "rows": 2, "first_rows": [4, 7]}
                    for n in range(count)],
        "examples": [{"row": n + 2, "customer_id": an_id(n), **example} for n in range(count)],
    }  # fmt: skip


def orders_row(number: int = 1, state: str = "checked") -> dict[str, Any]:
    sums = [{"currency": "EUR", "orders": 3, "bought": 12000, "returned": 1250, "revenue": 10750}]
    return {
        "import_id": an_id(number), "state": state, "file_name": f"orders-{number}.csv", "sha256": "0" * 64,
        "bytes": 4711, "rows": 1200, "rows_sorted": 1200, "rows_done": 600, "created_at": AT,
        "created_by": "console for ada", "started_at": AT if state == "done" else None, "started_by": None,
        "finished_at": None, "undone_by": None, "failure": None,
        "counts": {"new": 3, "duplicate": 1, "refused": 1, "refused_rows": 2, "strangers": 1, "unvalued": 1,
                   "taken_back": 0, "sums": sums, "known_sums": sums},
    }  # fmt: skip


def orders(number: int = 1, state: str = "checked", count: int = 3) -> dict[str, Any]:
    columns = {"Bestellnr": "order_id", "Datum": "ordered_at", "E-Mail": "email", "Betrag": "amount"}
    mapping = [{"column": name, "to": to, "format": None, "source": None} for name, to in columns.items()]
    order = {"kind": "purchase", "time": AT, "channel": "web", "currency": "EUR", "amount": 1250,
             "lines": [{"product_id": "apple", "quantity": 1, "amount": 1250}]}  # fmt: skip
    return {
        **orders_row(number, state), "format": "csv", "encoding": "utf-8", "separator": ";", "columns": [*columns],
        "first_rows": [["A-1001", "03/04/2026", "ada@example.test", "12,50"]] * 5, "guessed_mapping": mapping,
        "formats": {"Datum": ["DD/MM/YYYY", "MM/DD/YYYY"], "Betrag": ["1234,5"]}, "same_file": None,
        "mapping": None if state == "uploaded" else mapping,
        "terms": {"source": "import", "currency": "EUR", "channel": "other", "time_zone": "Europe/Berlin"},
        "refused": [{"reason": f"Datum: is a day that does not exist ({n})", "rows": 2, "first_rows": [4, 7]}
                    for n in range(count)],
        "examples": [{"row": n + 2, "outcome": "new", "order": order} for n in range(count)],
    }  # fmt: skip


def about_imports(count: int) -> dict[str, Any]:
    """An answer for each operation; lists have `count` rows."""
    return {
        "GET /customers/imports": rows(imports_row, count),
        f"GET /customers/imports/{UPLOADED}": imported(2, "uploaded"),
        f"GET /customers/imports/{RUNNING}": imported(3, "running"),
        f"GET /customers/imports/{DONE}": imported(4, "done", count),
        "GET /customers/imports/{}": imported(1, "checked", count),
        "GET /customers/import-mappings": {
            "items": [
                {
                    "name": "shop export",
                    "columns": [{"column": "Ort", "to": "country", "format": None, "source": None}],
                    "saved_at": AT,
                    "saved_by": "ada",
                }
            ],
            "next": None,
        },
        "GET /interactions/imports": rows(orders_row, count),
        f"GET /interactions/imports/{UPLOADED}": orders(2, "uploaded"),
        f"GET /interactions/imports/{DONE}": orders(4, "done", count),
        "GET /interactions/imports/{}": orders(1, "checked", count),
    }
