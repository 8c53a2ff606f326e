"""What columns of orders mean, and the rows of one order read by that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.interactions.imports.domain.mapping import Terms, faults_of, guess_mapping
from services.interactions.imports.domain.orders import (
    OF_THE_SAME_ORDER,
    OrderRead,
    Reading,
    order_key,
    read_order,
)
from shared.files.imports.domain import RefusedRow
from shared.files.mapping import MappedColumn
from shared.files.sheets import SheetRow

COLUMNS = ("Bestellnr", "Datum", "E-Mail", "Artikel", "Menge", "Betrag")
FORMATS = {"Datum": ["DD.MM.YYYY"], "Menge": ["1234.5"], "Betrag": ["1234,5"]}
TERMS = Terms("erp", "EUR", "store", "Europe/Berlin")
CAME = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def reading(columns: tuple[str, ...] = COLUMNS, **changes: Any) -> Reading:
    """By what the rows of these tests are read."""
    values: dict[str, Any] = {
        "columns": columns,
        "mapping": guess_mapping(columns, FORMATS),
        "formats": FORMATS,
        "terms": TERMS,
        "came": CAME,
    }
    return Reading(**{**values, **changes})


def rows(*cells: tuple[str, ...]) -> list[SheetRow]:
    """Rows of a file, after its heading."""
    return [SheetRow(number, number * 100, list(row)) for number, row in enumerate(cells, start=2)]


def order(*cells: tuple[str, ...], by: Reading | None = None) -> dict[str, Any]:
    """The message that these rows are."""
    read = read_order(rows(*cells), by or reading())
    assert isinstance(read, OrderRead), read
    return dict(read.event)


def reasons(*cells: tuple[str, ...], by: Reading | None = None) -> list[str]:
    """Why each of these rows is refused."""
    read = read_order(rows(*cells), by or reading())
    assert not isinstance(read, OrderRead)
    return [refused.reason for refused in read]


def test_headings_of_german_and_english_sheets_are_guessed() -> None:
    """Catches a sheet that must be mapped by hand, column by column."""
    guessed = {mapped.column: mapped.to for mapped in guess_mapping(COLUMNS, FORMATS)}
    assert guessed == {
        "Bestellnr": "order_id",
        "Datum": "ordered_at",
        "E-Mail": "email",
        "Artikel": "product_id",
        "Menge": "quantity",
        "Betrag": "amount",
    }
    english = ("Order number", "Order date", "Customer no", "SKU", "Qty", "Unit price", "Note")
    meanings = ["order_id", "ordered_at", "external_id", "product_id", "quantity", "unit_price", "ignore"]
    assert [mapped.to for mapped in guess_mapping(english, {})] == meanings


def test_a_mapping_says_all_that_is_missing() -> None:
    """Catches an import that can only fail row by row, and a date or a decimal that is guessed."""
    faults = faults_of([MappedColumn("Menge", "quantity")], TERMS, COLUMNS, FORMATS)
    assert [fault.what for fault in faults] == [
        "no column says who bought",
        "no column has the number of the order",
        "no column says when it was ordered",
        "no column says what was paid",
    ]
    ambiguous = {**FORMATS, "Datum": ["DD/MM/YYYY", "MM/DD/YYYY"], "Betrag": ["1234.5", "1234,5"]}
    guessed = guess_mapping(COLUMNS, ambiguous)
    faults = faults_of(guessed, Terms("erp", "EURO", "store", "Europe/Berlin"), COLUMNS, ambiguous)
    assert [fault.what for fault in faults] == [
        "can be read as DD/MM/YYYY or as MM/DD/YYYY",
        "can be read as 1234.5 or as 1234,5",
        "the currency is none of ISO 4217",
    ]
    unknown = [*guess_mapping(COLUMNS, FORMATS)[:5], MappedColumn("Betrag", "turnover")]
    assert "'turnover' is nothing that an order has" in [
        fault.what for fault in faults_of(unknown, TERMS, COLUMNS, FORMATS)
    ]


def test_rows_of_one_number_are_one_purchase() -> None:
    """Catches lines that become purchases of their own, and cells that only the first row of an order fills."""
    made = order(
        ("A-1", "31.01.2026 14:05", "ada@example.test", "apple", "2", "1.234,50 €"),
        ("A-1", "", "", "pear", "1", "3,20"),
    )
    assert (made["type"], made["time"], made["origin"]) == ("purchase", "2026-01-31T13:05:00+00:00", "history")
    assert made["customer"] == {"email": "ada@example.test"}
    data = made["data"]
    assert (data["currency"], data["channel"], data["order_id"]) == ("EUR", "store", "A-1")
    assert [(line["product_id"], line["quantity"], line["amount"]) for line in data["lines"]] == [
        ("apple", 2.0, 123450),
        ("pear", 1.0, 320),
    ]


def test_money_that_went_back_is_a_return() -> None:
    """Catches a credit note that raises the revenue, or that is refused as an empty basket."""
    made = order(("A-2", "1.2.2026", "ada@example.test", "apple", "-1", "-12,50"))
    assert (made["type"], made["data"]["lines"][0]["amount"], made["data"]["lines"][0]["quantity"]) == (
        "return",
        1250,
        1.0,
    )
    mixed = order(
        ("A-3", "1.2.2026", "ada@example.test", "apple", "1", "12,50"),
        ("A-3", "1.2.2026", "ada@example.test", "voucher", "1", "-2,50"),
    )
    assert (mixed["type"], sum(line["amount"] for line in mixed["data"]["lines"])) == ("purchase", 1000)


def test_one_row_that_cannot_be_read_refuses_the_order() -> None:
    """Catches half an order, whose sum is wrong and whose other half can never come."""
    assert reasons(
        ("A-4", "31.02.2026", "ada@example.test", "apple", "1", "1,00"),
        ("A-4", "28.02.2026", "ada@example.test", "pear", "1", "2,00"),
    ) == ["Datum: is a day that does not exist, as DD.MM.YYYY", OF_THE_SAME_ORDER]


def test_rows_of_one_order_agree() -> None:
    """Catches two orders under one number that become one customer's."""
    assert (
        reasons(
            ("A-5", "1.2.2026", "ada@example.test", "apple", "1", "1,00"),
            ("A-5", "1.2.2026", "ben@example.test", "pear", "1", "2,00"),
        )
        == ["E-Mail: differs within the order"] * 2
    )
    assert reasons(("A-6", "", "ada@example.test", "apple", "1", "1,00")) == ["Datum: is empty"]
    assert reasons(("A-7", "1.2.2026", "", "apple", "1", "1,00")) == [
        "names nobody: e-mail, card and external id are empty"
    ]
    assert reasons(("", "1.2.2026", "ada@example.test", "apple", "1", "1,00")) == ["Bestellnr: is empty"]
    assert reasons(("A-8", "1.2.2026", "ada@example.test", "apple", "1", "")) == ["Betrag: is empty"]


def test_a_computed_cell_is_an_amount_and_parts_of_a_cent_are_none() -> None:
    """Catches a workbook's 19.989999999999998 that is refused, and 19.985 that is silently rounded."""
    by = reading(formats={**FORMATS, "Betrag": ["1234.5"]}, mapping=guess_mapping(COLUMNS, {"Datum": ["DD.MM.YYYY"]}))
    made = order(("A-9", "1.2.2026", "ada@example.test", "apple", "1", "19.989999999999998"), by=by)
    assert made["data"]["lines"][0]["amount"] == 1999
    assert reasons(("A-9", "1.2.2026", "ada@example.test", "apple", "1", "19.985"), by=by) == [
        "Betrag: has more decimals than the currency"
    ]


def test_a_unit_price_is_multiplied_and_the_discount_taken_off() -> None:
    """Catches a line whose amount is the price of one piece, and a discount that is paid."""
    columns = ("Bestellnr", "Datum", "E-Mail", "Menge", "Preis", "Rabatt", "Währung")
    by = reading(columns, mapping=guess_mapping(columns, FORMATS), formats={"Preis": ["1234,5"], "Rabatt": ["1234,5"]})
    made = order(("A-10", "1.2.2026", "ada@example.test", "2.5", "0,333", "0,10", "chf"), by=by)
    (line,) = made["data"]["lines"]
    assert (line["amount"], line["discount"], line["quantity"]) == (73, 10, 2.5)
    assert (made["data"]["currency"], line["product_id"]) == ("CHF", "not-named")


def test_a_day_without_a_time_is_that_day_and_not_after_the_file() -> None:
    """Catches an order that moves to the day before in UTC, and one of today that is refused as future."""
    assert order(("A-1", "31.01.2026", "ada@example.test", "x", "1", "1,00"))["time"] == "2026-01-31T11:00:00+00:00"
    assert order(("A-1", "01.05.2026", "ada@example.test", "x", "1", "1,00"))["time"] == CAME.isoformat()


def test_no_reason_shows_a_value() -> None:
    """Catches personal data in a table of reasons that outlives the file."""
    for cells in (
        ("secret-1", "secret-2", "ada@example.test", "apple", "1", "1,00"),
        ("secret-1", "1.2.2026", "ada@example.test", "apple", "1", "secret-2"),
        ("secret-1", "1.2.2026", "ada@example.test"),
    ):
        assert not any("secret" in reason for reason in reasons(cells))


@given(st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=20))
def test_the_sum_of_an_order_is_that_of_its_cells_to_the_cent(cents: list[int]) -> None:
    """Catches cents that are lost between a German decimal and a minor unit, in purchases and returns alike."""
    cells = [f"{'-' if cent < 0 else ''}{abs(cent) // 100},{abs(cent) % 100:02}" for cent in cents]
    made = order(*(("A-1", "1.2.2026", "ada@example.test", "apple", "1", cell) for cell in cells))
    sign = -1 if made["type"] == "return" else 1
    assert sign * sum(line["amount"] for line in made["data"]["lines"]) == sum(cents)
    assert (made["type"] == "return") == (sum(cents) < 0)


def test_rows_without_a_number_are_each_by_itself() -> None:
    """Catches all rows without an order number that become one order, of a thousand people."""
    first, second, third = rows(("", *"bcdef"), ("", *"bcdef"), ("A", *"bcdef"))
    by = reading()
    assert len({order_key(row, by) for row in (first, second, third)}) == 3
    assert order_key(third, by) == order_key(SheetRow(9, 9, ["A", "", "", "", "", ""]), by)
    assert isinstance(read_order([SheetRow(2, 0, ["A"])], by), list)
    assert RefusedRow(first, "x").row.number == 2
