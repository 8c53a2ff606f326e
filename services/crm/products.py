"""`crm products`: the catalogue from a file, and what purchases name that it does not know."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from services.crm.doors import Key, Url, answer_of, every_page, open_door
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="The catalogue: products with prices, costs and stock.", no_args_is_help=True)
_BATCH = 500
_ROLE = "operator"
_LISTS = ("substitutes", "complements")
_JSON_LINES = (".jsonl", ".ndjson")
_FIELDS = (
    *("product_id", "kind", "name", "category", "department", "brand", "price", "cost", "currency", "since", "stock"),
    *("starts_at", "ends_at", "url", "image", *_LISTS),
)
_NUMBERS = {"price": int, "cost": int, "stock": float}


@commands.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="JSON Lines, or CSV with the fields as heading."),
    ],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Put the products of a file into the catalogue, 500 at a time; what has not changed changes nothing.

    \b
    Example:
      crm products import products.csv
      crm products import products.jsonl --json
    """
    done = {"products": 0, "changed": 0}
    with open_door("interactions", _ROLE, url, key, folder) as client:
        for batch in _batches(file):
            answer = answer_of(client.put("/products", json={"products": batch}))
            done = {name: count + answer[name] for name, count in done.items()}
    show(done, f"{done['products']} products, {done['changed']} changed", as_json=as_json)


@commands.command("export")
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Made anew: JSON Lines (.jsonl), else CSV.")],
    category: Annotated[str | None, typer.Option(help="Only this one and those below it.")] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Those that are sold no more as well.")] = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Write the catalogue to a file that `crm products import` takes, with the prices of now.

    \b
    Example:
      crm products export products.csv
      crm products export fruit.jsonl --category Fruit
    """
    wanted: dict[str, Any] = {"limit": _BATCH, "withdrawn": withdrawn} | ({"category": category} if category else {})
    with open_door("interactions", _ROLE, url, key, folder) as client:
        products = [_as_imported(item) for item in every_page(client, "/products", wanted)]
    fresh = file.with_name(f"{file.name}.new")
    with fresh.open("w", encoding="utf-8", newline="") as lines:
        if file.suffix in _JSON_LINES:
            lines.writelines(f"{json.dumps(product, ensure_ascii=False)}\n" for product in products)
        else:
            writer = csv.DictWriter(lines, _FIELDS)
            writer.writeheader()
            writer.writerows({name: _cell(value) for name, value in product.items()} for product in products)
    fresh.replace(file)
    show({"products": len(products), "file": str(file)}, f"{len(products)} products in {file}", as_json=as_json)


def _as_imported(item: dict[str, Any]) -> dict[str, Any]:
    """A product as the catalogue takes it; what is not known is left out. Whether it is withdrawn is no field of it."""
    price = item["price"] or {}
    flat = {**item, **{name: price.get(name) for name in ("price", "cost", "currency", "since")}}
    return {name: flat[name] for name in _FIELDS if flat[name] not in (None, [])}


def _cell(value: Any) -> Any:
    return ";".join(value) if isinstance(value, list) else value


@commands.command("unknown")
def unknown(url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """List ids that purchases name and the catalogue does not know: their margin is unknown.

    \b
    Example:
      crm products unknown
    """
    with open_door("interactions", _ROLE, url, key, folder) as client:
        items = every_page(client, "/products/unknown", {"limit": _BATCH})
    rows = [[item["product_id"], str(item["lines"]), item["last_seen"]] for item in items]
    show(items, table([["product", "lines", "last bought"], *rows]) if rows else "none", as_json=as_json)


def _batches(file: Path) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for product in _from_lines(lines) if file.suffix in _JSON_LINES else _from_table(lines):
            batch.append(product)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _from_lines(lines: Any) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError:
                fail(f"Line {number} is no JSON object.", "Write one product on each line.", WRONG_USAGE)


def _from_table(lines: Any) -> Iterator[dict[str, Any]]:
    """Empty cells say nothing; lists are divided by semicolons, prices are whole minor units."""
    for number, row in enumerate(csv.DictReader(lines), start=2):
        product: dict[str, Any] = {name: cell for name, cell in row.items() if name and cell}
        try:
            product |= {name: read(product[name]) for name, read in _NUMBERS.items() if name in product}
        except ValueError:
            fail(
                f"Row {number}: price and cost are whole minor units, stock a number.",
                "Write 299 for 2.99.",
                WRONG_USAGE,
            )
        product |= {name: product[name].split(";") for name in _LISTS if name in product}
        yield product
