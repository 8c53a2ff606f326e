"""The main way of each role, in a browser, through the console, on the running product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.async_api import Page, expect

from deploy.local.console import Console
from shared.config import ServiceSettings
from shared.kafka.clients import make_producer, wire_name
from tests.browser.conftest import Enter
from tests.builders import a_purchase
from tests.journeys.steps import Until, buy, consent, found
from tests.product import Product

WHO = "browser-ada"
ADDRESS = f"{WHO}@example.test"


class Till(ServiceSettings):
    """A publisher with a client of the broker."""

    service = "tills"


# Several services and a loaded machine stand between a click and its effect.
PATIENCE_MS = 45_000


@pytest.fixture(scope="module")
async def ada(product: Product, until: Until) -> str:
    """A customer who bought three times and permitted letters."""
    await consent(product, WHO)
    await buy(product, WHO, 3)
    return await found(product, until, WHO)


async def pick(page: Page, label: str, option: str, number: int = 0) -> None:
    """Choose from a list of choices."""
    await page.get_by_role("combobox", name=label, exact=True).nth(number).click()
    await page.get_by_role("option", name=option, exact=True).locator("visible=true").click()


async def confirm(page: Page, name: str) -> None:
    """Press a button and the one of the same name that asks back."""
    await page.get_by_role("button", name=name, exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


async def test_a_marketer_makes_a_segment_and_a_campaign_and_sees_its_mail(
    enter: Enter, console: Console, product: Product, until: Until, ada: str
) -> None:
    """Catches a break anywhere between the rule that is clicked together and the letter that arrives."""
    await buy(product, "browser-silent", 3, traits={"given_name": "Silent"})
    silent = await found(product, until, "browser-silent")
    visitor = await enter(console.url, "marketer")
    page = visitor.page
    await visitor.open("/segments/new", "Choose a first rule.")
    await page.get_by_role("textbox", name="Name").fill("Browser regulars")
    await page.get_by_role("button", name="Add a rule").click()
    await page.get_by_role("menuitem", name="What they did").click()
    await page.get_by_role("textbox", name="Value", exact=True).fill("3")
    await page.get_by_text("number of purchases is at least 3 in the last 30 days").wait_for()
    await expect(page.get_by_test_id("preview-count")).not_to_have_text("0", timeout=PATIENCE_MS)
    await visitor.shoot("way-segment-editor")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url(re.compile(r"/segments/[0-9a-f-]{36}$"))
    await page.get_by_text("live", exact=True).wait_for(timeout=PATIENCE_MS)

    await visitor.open("/campaigns/new", "New campaign")
    await page.get_by_role("textbox", name="Name", exact=False).first.fill("Browser letter")
    await pick(page, "What triggers it", "Once, to all in a segment")
    await pick(page, "Segment", "Browser regulars")
    await page.get_by_role("textbox", name="Subject").fill("From the console")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}"))

    await pick(page, "Customer", await _name_of(product, ada))
    await page.get_by_text("No more of these: http").wait_for()
    await visitor.shoot("way-letter")
    await page.get_by_role("tab", name="Dry run").click()
    await page.get_by_role("button", name="Ask the gate").click()
    await page.get_by_text("Would be sent").wait_for(timeout=PATIENCE_MS)
    await confirm(page, "Start")
    await page.get_by_role("tab", name="Report").click()
    await page.get_by_text(re.compile(r"[1-9]\d* entered = [1-9]\d* sent")).wait_for(timeout=PATIENCE_MS)
    await visitor.shoot("way-report")

    async def arrived() -> Any:
        return [mail for mail in product.mails_to(ADDRESS) if mail["subject"] == "From the console"]

    assert len(await until(arrived)) == 1
    # On the customers' own pages stands what each was sent, or why not.
    await visitor.open(f"/customers/{ada}", "Browser letter")
    await page.get_by_role("table", name="Messages").get_by_text("sent", exact=True).wait_for(timeout=PATIENCE_MS)
    await page.get_by_role("button", name="Why?").first.click()
    await page.get_by_text("is in the segment").wait_for()
    await visitor.shoot("way-customer")
    await visitor.open(f"/customers/{silent}?tab=messages", "Browser letter")
    await page.get_by_role("row", name=re.compile("not sent.*no consent")).wait_for()
    assert visitor.faults == []


async def _name_of(product: Product, customer: str) -> str:
    shown = await product.done("GET", "customers", f"/customers/{customer}", "marketing")
    return str(shown["name"] or customer)


async def test_an_agent_finds_a_caller_notes_the_call_and_records_a_refusal(
    enter: Enter, console: Console, ada: str
) -> None:
    """Catches a search that finds nobody, a call that is lost, a word of consent that is not kept."""
    visitor = await enter(console.url, "agent")
    page = visitor.page
    await visitor.open("/customers", "Find a customer")
    await page.get_by_role("textbox", name="Find a customer").fill(ADDRESS)
    # Until it is found all customers stand there.
    await expect(page.get_by_role("row")).to_have_count(2, timeout=PATIENCE_MS)
    await page.get_by_role("row").nth(1).get_by_role("link").click()
    await page.get_by_text(ada).wait_for()
    await page.get_by_role("button", name="Log a contact").click()
    await page.get_by_role("textbox", name="Topic").fill("delivery")
    await page.get_by_role("textbox", name="Note").fill("Asked where the parcel is.")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await page.get_by_role("tab", name="Timeline").click()
    await page.get_by_text("incoming · delivery · Asked where the parcel is.").wait_for(timeout=PATIENCE_MS)
    await visitor.shoot("way-timeline")

    await page.get_by_role("tab", name="Consent").click()
    await page.get_by_role("button", name="Record a word").click()
    await pick(page, "Said", "denied")
    await pick(page, "Channel", "phone")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await page.get_by_role("table", name="What is permitted now").get_by_text("phone").wait_for(timeout=PATIENCE_MS)
    await visitor.shoot("way-consent")
    assert visitor.faults == []


async def test_a_call_opens_the_caller_or_says_who_it_may_be(enter: Enter, console: Console, product: Product) -> None:
    """Catches a telephone system that opens a search instead of the customer, and a number that finds nobody."""
    for name, phone in (("Calla", "+442079460011"), ("Callum", "+442079460012")):
        phones = [{"kind": "phone", "value": phone}]
        attributes = {"given_name": name, "family_name": "Caller"}
        body = {"kind": "person", "status": "active", "identifiers": phones, "attributes": attributes}
        await product.done("POST", "customers", "/customers", "operator", json=body)
    visitor = await enter(console.url, "agent")
    page = visitor.page
    await visitor.open("/call?number=%2B44 20 7946 0011", "Calla Caller")
    await page.wait_for_url(re.compile(r"/customers/[0-9a-f-]{36}"))
    await page.get_by_text("calls from +44 20 7946 0011").wait_for()
    await page.get_by_role("button", name="Log a contact").wait_for()
    await visitor.open("/call?number=%2B44 20 7946 0099", "Nobody is known by +44 20 7946 0099.")
    assert visitor.faults == []


async def test_a_privacy_officer_looks_consent_up_and_erases_with_a_certificate(
    enter: Enter, console: Console, product: Product, until: Until
) -> None:
    """Catches proof that is not shown, a suppression that does not hold, an erasure that nobody certifies."""
    await consent(product, "browser-ben")
    await buy(product, "browser-ben")
    ben = await found(product, until, "browser-ben")
    visitor = await enter(console.url, "privacy-officer")
    page = visitor.page
    await visitor.open(f"/privacy?tab=consents&customer={ben}", "Yes, write to me.")
    await page.get_by_role("tab", name="Suppressions").click()
    await page.get_by_role("textbox", name="Address").fill("someone@example.test")
    await page.get_by_role("button", name="Look up an address").click()
    await page.get_by_text("This address is not suppressed.").wait_for()
    await confirm(page, "Suppress it")
    await page.get_by_text("put in by hand").first.wait_for()
    await confirm(page, "Lift what was put in by hand")
    await page.get_by_text("This address is not suppressed.").wait_for()

    await page.get_by_role("tab", name="Erasures").click()
    await page.get_by_role("button", name="Take in a request").click()
    await page.get_by_role("combobox", name="Who").fill("browser-ben@example.test")
    await page.get_by_role("option").first.click()
    await page.get_by_role("textbox", name="Asked by").fill("Ben, by letter")
    await page.get_by_role("checkbox", name="Identity was checked").check()
    await page.get_by_role("dialog").get_by_role("button", name="Take in a request").click()
    await page.wait_for_url(re.compile(r"/privacy/erasures/"))
    await page.get_by_text("completed", exact=True).wait_for(timeout=PATIENCE_MS)
    await page.get_by_text("certificate_id").wait_for()
    await visitor.shoot("way-erasure")
    assert visitor.faults == []


async def test_a_privacy_officer_answers_what_is_kept_and_the_person_fetches_it_once(
    enter: Enter, console: Console, product: Product, until: Until
) -> None:
    """Catches a request that is begun without an identity, an archive that never comes, and one without a link."""
    await buy(product, "browser-dora")
    dora = await found(product, until, "browser-dora")
    visitor = await enter(console.url, "privacy-officer")
    page = visitor.page
    await visitor.open("/privacy", "Nobody has asked about their data")
    await page.get_by_role("button", name="Take in a request").click()
    await page.get_by_role("combobox", name="Who").fill("browser-dora@example.test")
    await page.get_by_role("option").first.click()
    await page.get_by_role("textbox", name="What was said").fill("Asked at the counter.")
    await page.get_by_role("dialog").get_by_role("button", name="Take in a request").click()
    await page.wait_for_url(re.compile(r"/privacy/requests/[0-9a-f-]{36}"))
    await page.get_by_text("29 days left").wait_for()
    await visitor.shoot("way-request")

    await page.get_by_role("button", name="Extend the deadline").click()
    await page.get_by_role("textbox", name="Reason").fill("several archives")
    await page.get_by_role("dialog").get_by_role("button", name="Extend the deadline").click()
    await page.get_by_text("59 days left").wait_for()
    await page.get_by_role("button", name="Identity is checked").click()
    go = page.get_by_role("dialog").get_by_role("button", name="Identity is checked")
    assert await go.is_disabled()
    await page.get_by_role("textbox", name="How was it checked").fill("called back at the number on file")
    await go.click()
    await page.get_by_role("button", name="Make the link").click(timeout=PATIENCE_MS)
    link = await page.get_by_text(re.compile("/archives/")).inner_text()
    await visitor.shoot("way-request-ready")

    person = await page.context.new_page()
    await person.goto(link)
    async with person.expect_download() as download:
        await person.get_by_role("button").click()
    assert (await download.value).suggested_filename == "data.zip"
    await person.close()
    await page.get_by_text("archive handed out").wait_for(timeout=PATIENCE_MS)
    assert [dora] == [one["customer_id"] for one in await _requests(product)]
    await visitor.shoot("way-request-answered")
    assert visitor.faults == []


async def _requests(product: Product) -> list[dict[str, Any]]:
    return list((await product.done("GET", "privacy", "/requests", "data-protection"))["items"])


async def test_an_operator_repairs_a_dead_letter_and_halts_all_sending(
    enter: Enter, console: Console, product: Product, until: Until
) -> None:
    """Catches a repair that is not replayed, and a switch that only looks thrown."""
    dead = await _a_dead_letter(product, until)
    visitor = await enter(console.url, "operator")
    page = visitor.page
    await visitor.open("/", "dead letters in interactions")
    await visitor.open(f"/operations/dead-letters/interactions/{dead}", "What was received")
    area = page.get_by_role("textbox", name="What was received")
    await area.fill((await area.input_value()).replace('"amount": 0', '"amount": 450'))
    await page.get_by_role("textbox", name="Note").fill("The till sent no amount.")
    await page.get_by_role("button", name="Save the repair").click()
    await page.get_by_text("Repaired text").wait_for()
    await confirm(page, "Replay")
    await page.get_by_text("replayed", exact=True).wait_for(timeout=PATIENCE_MS)
    await visitor.shoot("way-dead-letter")

    await visitor.open("/operations?tab=sending", "Sending is on.")
    await confirm(page, "Halt all sending")
    await page.get_by_text("All sending is halted.").wait_for()
    assert (await product.done("GET", "campaigns", "/switch", "operator"))["halted"] is True
    await confirm(page, "Let sending go on")
    await page.get_by_text("Sending is on.").wait_for()
    await visitor.open("/operations", "in order")
    await visitor.shoot("way-operations")
    assert visitor.faults == []


async def _a_dead_letter(product: Product, until: Until) -> str:
    """A till that writes to the topic itself sends a purchase of nothing; the id of the dead letter that it becomes."""
    purchase = a_purchase("browser-cleo")
    purchase["data"]["lines"][0]["amount"] = 0
    plan, dsns = product.installation.plan, product.installation.dsns
    settings = Till(
        database_url="", redis_url="", api_keys_file=Path(), kafka_bootstrap=dsns.kafka, topic_prefix=plan.topic_prefix
    )
    producer = make_producer(settings)
    await producer.start()
    record = orjson.dumps({"publisher": "tills", "message": purchase})
    await producer.send_and_wait(wire_name(settings, "interactions-inbound"), record, key=b"browser-cleo")
    await producer.stop()

    async def dead() -> Any:
        shown = await product.done("GET", "interactions", "/dead-letters?state=open", "operator")
        return shown["items"]

    return str((await until(dead))[0]["id"])
