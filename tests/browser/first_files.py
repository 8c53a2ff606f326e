"""Steps of the first hour: customers and their orders come in from two spreadsheets."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.pages import Visitor
from tests.browser.test_imports import figure
from tests.browser.test_ways import PATIENCE_MS, confirm
from tests.sheets import a_workbook

ME = "first-me@example.test"
CUSTOMERS = (
    ("Kundennr", "E-Mail", "Vorname", "Geburtsdatum", "Newsletter"),
    ("first-1", ME, "Mia", "31.01.1985", "ja"),
    ("first-2", "first-ben@example.test", "Ben", "05.06.1990", "ja"),
    ("first-3", "first-cem", "Cem", "07.08.1979", "nein"),
)
# They name customers by their number only. The last order happened on a day that does not exist.
ORDERS = (
    ("Bestellnr", "Datum", "Kundennr", "Artikel", "Menge", "Betrag"),
    ("F-1", "31.01.2024", "first-1", "apple", "2", "1.234,50"),
    ("F-2", "01.02.2024", "first-2", "pear", "1", "9,99"),
    ("F-1", "", "", "plum", "1", "0,01"),
    ("F-3", "02.03.2024", "first-1", "apple", "-1", "-617,25"),
    ("F-4", "30.02.2024", "first-2", "apple", "1", "12,50"),
)


async def two_files_are_dropped(visitor: Visitor, folder: Path) -> None:
    """Both files are sent in one go, and the page says by which key they are joined."""
    page = visitor.page
    for name, rows in (("customers", CUSTOMERS), ("orders", ORDERS)):
        (folder / f"first-{name}.xlsx").write_bytes(a_workbook(*rows))
    await visitor.open("/imports", "Customers with their orders")
    await page.get_by_role("link", name="Customers with their orders").click()
    for name in ("Customers", "Orders"):
        drop = page.get_by_role("region", name=name, exact=True).locator("input[type=file]")
        await drop.set_input_files(folder / f"first-{name.lower()}.xlsx")
    await page.get_by_role("button", name="Read both files").click()
    await page.get_by_text("What the columns mean").wait_for()
    await page.get_by_text("Joined by: number elsewhere").wait_for()


async def customers_come_in(page: Page) -> None:
    """The customers of the file are taken, and nobody is mailable by it."""
    await page.get_by_role("textbox", name="System that gave the numbers in Kundennr").fill("first")
    await page.get_by_role("button", name="Dry run").click()
    await page.get_by_text("Nobody becomes mailable by these columns").wait_for(timeout=PATIENCE_MS)
    await confirm(page, "Start the import")
    await page.get_by_text("2 customers are new or changed").wait_for(timeout=PATIENCE_MS)


async def their_orders_come_in_by_the_same_number(visitor: Visitor, folder: Path) -> None:
    """Orders that name customers by their number only; one is refused, mended, and taken back again."""
    page = visitor.page
    await page.get_by_role("link", name="Go on with first-orders.xlsx").click()
    # The system that was named for the customers is that of the orders too.
    await page.get_by_text("Joined by: number elsewhere (first)").wait_for()
    await expect(page.get_by_role("textbox", name="System that gave the numbers in Kundennr")).to_have_value("first")
    await page.get_by_role("button", name="Dry run").click()
    await page.get_by_text("would be recorded").first.wait_for(timeout=PATIENCE_MS)
    await expect(figure(page, "New orders")).to_have_text("3")
    await page.get_by_text("is a day that does not exist").wait_for()
    # The sheet's own sum, without the order that is refused: to the cent.
    assert await _revenue(page) == sum(_paid(row) for row in ORDERS[1:-1]) == Decimal("627.25")
    await confirm(page, "Start the import")
    await page.get_by_text("3 orders are recorded").wait_for(timeout=PATIENCE_MS)
    await visitor.shoot("first-hour-orders")
    await _the_refused_order_comes_back_mended(page, folder)
    await confirm(page, "Take this import back")
    await page.get_by_text("1 orders are gone").wait_for(timeout=PATIENCE_MS)
    await visitor.open("/settings?tab=firm", "It stays: purchases are kept in it")


async def _the_refused_order_comes_back_mended(page: Page, folder: Path) -> None:
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Download as CSV").click()
    errors = folder / "refused-orders.csv"
    await (await waiting.value).save_as(errors)
    errors.write_text(errors.read_text().replace("30.02.2024", "29.02.2024"))
    await page.get_by_role("link", name="Send the mended file").click()
    await page.locator("input[type=file]").set_input_files(errors)
    await page.get_by_text("What the columns mean").wait_for()
    await page.get_by_role("textbox", name="System that gave the numbers in Kundennr").fill("first")
    await page.get_by_role("button", name="Dry run").click()
    await page.get_by_text("would be recorded").first.wait_for(timeout=PATIENCE_MS)
    assert await _revenue(page) == Decimal("12.50")
    await confirm(page, "Start the import")
    await page.get_by_text("1 orders are recorded").wait_for(timeout=PATIENCE_MS)


async def _revenue(page: Page) -> Decimal:
    return Decimal(re.sub(r"[^\d.-]", "", await figure(page, "Revenue").inner_text()))


def _paid(row: tuple[str, ...]) -> Decimal:
    return Decimal(row[-1].replace(".", "").replace(",", "."))
