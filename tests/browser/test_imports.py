"""Files of customers, brought in by a browser through the console on the running product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from deploy.local.console import Console
from tests.browser.conftest import Enter
from tests.browser.test_ways import PATIENCE_MS, confirm, pick
from tests.journeys.steps import Until
from tests.product import Product

HEADING = "Kundennr;E-Mail;Vorname;Nachname;Geburtsdatum;Ort;Newsletter"
ROWS = (
    "wiz-1;wizard-ada@example.test;Ada;Berg;03/04/1985;Köln;ja",
    "wiz-2;wizard-ben@example.test;Ben;Koch;05/06/1990;Dresden;nein",
    "wiz-3;wizard-cem.example.test;Cem;Unal;07/08/1979;Hamburg;ja",
)


async def test_a_file_is_read_corrected_tried_and_taken_and_its_refused_row_mended(
    enter: Enter, console: Console, product: Product, until: Until, tmp_path: Path
) -> None:
    """Catches a wizard that takes what was not seen: old letters, a date that means two days, a row that is wrong."""
    file = tmp_path / "wizard.csv"
    file.write_bytes("\r\n".join([HEADING, *ROWS, ""]).encode("windows-1252"))
    visitor = await enter(console.url, "marketer")
    page = visitor.page
    await visitor.open("/imports", "Import customers")
    await page.get_by_role("link", name="Import customers").click()
    await page.locator("input[type=file]").set_input_files(file)

    # Which letters: by what the reader sees.
    await page.get_by_text("Which letters are right?").wait_for()
    await page.get_by_role("radio", name=re.compile("windows-1252.*Köln")).click()

    await page.get_by_text("What the columns mean").wait_for()
    await page.get_by_text("Köln · Dresden · Hamburg").wait_for()
    await expect(page.get_by_role("button", name="Dry run")).to_be_disabled()
    await pick(page, "Format of Geburtsdatum", "DD/MM/YYYY")
    await page.get_by_role("textbox", name="System that gave the numbers in Kundennr").fill("wizard")
    await visitor.shoot("way-import-columns")
    await page.get_by_role("button", name="Dry run").click()

    await page.get_by_text("would become customers").wait_for(timeout=PATIENCE_MS)
    await expect(figure(page, "New")).to_have_text("2")
    await expect(figure(page, "Refused")).to_have_text("1")
    await page.get_by_text("E-Mail: must be an e-mail address").wait_for()
    await page.get_by_text("Nobody becomes mailable by these columns").wait_for()
    await page.get_by_text("1985-04-03").wait_for()
    assert await found(product, "wizard-ada@example.test") == []
    await visitor.shoot("way-import-dry-run")

    # A column is corrected after all: the dry run before is forgotten.
    await page.get_by_role("button", name="Correct the columns").click()
    await pick(page, "Meaning of Ort", "leave out")
    await page.get_by_role("textbox", name="Keep this mapping as").fill("Wizard export")
    await page.get_by_role("button", name="Keep", exact=True).click()
    await page.get_by_text("Kept as Wizard export").wait_for()
    await page.get_by_role("button", name="Dry run").click()
    await page.get_by_text("would become customers").wait_for(timeout=PATIENCE_MS)
    await expect(page.get_by_text("Dresden")).to_have_count(0)
    await confirm(page, "Start the import")
    await page.get_by_text("2 customers are new or changed").wait_for(timeout=PATIENCE_MS)
    await visitor.shoot("way-import-done")

    async def there() -> Any:
        return await found(product, "wizard-ada@example.test")

    [ada] = await until(there)
    assert ada["name"] == "Ada Berg"
    first = page.url

    # The refused row comes back mended.
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Download as CSV").click()
    errors = tmp_path / "refused.csv"
    await (await waiting.value).save_as(errors)
    errors.write_text(errors.read_text().replace("wizard-cem.example.test", "wizard-cem@example.test"))
    await page.get_by_role("link", name="Send the mended file").click()
    await page.locator("input[type=file]").set_input_files(errors)
    await page.get_by_text("What the columns mean").wait_for()
    await pick(page, "Use a kept mapping", "Wizard export")
    system = page.get_by_role("textbox", name="System that gave the numbers in Kundennr")
    await expect(system).to_have_value("wizard")
    await page.get_by_role("button", name="Dry run").click()
    await page.get_by_text("would become customers").wait_for(timeout=PATIENCE_MS)
    await confirm(page, "Start the import")
    await page.get_by_text("1 customers are new or changed").wait_for(timeout=PATIENCE_MS)
    await visitor.open("/imports", "refused.csv")

    # The first file is taken back: whom nobody else knew is gone, the mended row of the second file stays.
    await page.goto(first)
    await confirm(page, "Take this import back")
    await page.get_by_text("2 customers are gone").wait_for(timeout=PATIENCE_MS)
    assert await found(product, "wizard-ada@example.test") == []
    assert len(await found(product, "wizard-cem@example.test")) == 1
    assert visitor.faults == []


def figure(page: Any, label: str) -> Any:
    """The number that stands under this label."""
    return page.get_by_role("group", name=label, exact=True).locator(".figure")


async def found(product: Product, address: str) -> list[dict[str, Any]]:
    """Customers with this e-mail."""
    answer = await product.done("POST", "customers", "/customers/search", "operator", json={"email": address})
    return list(answer["items"])
