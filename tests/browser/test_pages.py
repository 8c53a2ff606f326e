"""Every page with its APIs well, refusing, and with ten thousand rows; by axe, by phone, in the dark, in German."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from tests.browser.answers import alarm, customer, segment, subject_request
from tests.browser.conftest import Enter
from tests.browser.fixed import AT, DONE, ID, READY, RUNNING, UPLOADED, an_id, rows
from tests.browser.shop_answers import everything

MANY = 10_000
# A table draws fifty rows at first; two of them may share a page.
DRAWN_AT_MOST = 110
# Generous for a loaded machine; drawing all rows takes a minute.
PATIENCE_S = 12.0


@dataclass(frozen=True)
class Place:
    """A page, what is on it when all is well, and the API without which it has nothing to show."""

    name: str
    path: str
    shows: str
    needs: str

    def __str__(self) -> str:
        return self.name


PLACES = [
    Place("home", "/", "Running campaigns", "/interactions/stats"),
    Place("customers", "/customers", "Ada Lovelace", "/customers/customers"),
    Place("customer", f"/customers/{ID}", "Champions", "/customers/customers"),
    Place("customer-overview-scores", f"/customers/{ID}", "Welcome letter", "/analytics/customers"),
    Place("customer-profile", f"/customers/{ID}?tab=profile", "ada@example.test", "/customers/customers"),
    Place("customer-relations", f"/customers/{ID}?tab=relations", "note 1", "/customers/customers"),
    Place("customer-messages", f"/customers/{ID}?tab=messages", "no consent", "/campaigns/customers"),
    Place("call", "/call?number=Lovelace", "Ada Lovelace 2", "/customers/customers"),
    Place("customer-timeline", f"/customers/{ID}?tab=timeline", "FRUIT", "/interactions"),
    Place("customer-segments", f"/customers/{ID}?tab=segments", "Regulars", "/analytics/customers"),
    Place("customer-consents", f"/customers/{ID}?tab=consents", "Yes, write to me.", "/privacy"),
    Place("customer-changes", f"/customers/{ID}?tab=changes", "Leeds", "/customers/customers"),
    Place("customer-cases", f"/customers/{ID}?tab=cases", "The parcel came open", "/interactions/cases"),
    Place("customer-carts", f"/customers/{ID}?tab=carts", "2 × apple", "/interactions/carts"),
    Place("catalogue", "/catalogue", "Red apples", "/interactions/products"),
    Place("catalogue-unknown", "/catalogue?tab=unknown", "plum-0", "/interactions/products"),
    Place("product", "/catalogue/apple-0", "Red apples", "/interactions/products"),
    Place("cases", "/cases", "The parcel came open", "/interactions/cases"),
    Place("case", f"/cases/{ID}", "Half of the apples", "/interactions/cases"),
    Place("duplicates", "/customers/duplicates", "After the merge", "/customers/link-candidates"),
    Place("imports", "/imports", "customers-1.csv", "/customers/imports"),
    Place("import-new", "/imports/customers/new", "or drop it here", ""),
    Place("import-columns", f"/imports/customers/{UPLOADED}", "What the columns mean", "/customers/imports"),
    Place("import-checked", f"/imports/customers/{ID}", "would become customers", "/customers/imports"),
    Place("import-running", f"/imports/customers/{RUNNING}", "600 of 1,200 rows", "/customers/imports"),
    Place("import-done", f"/imports/customers/{DONE}", "became customers", "/customers/imports"),
    Place("imports-orders", "/imports?tab=orders", "orders-1.csv", "/interactions/imports"),
    Place("import-pair", "/imports/new", "one row for each line of an order", ""),
    Place("import-orders", f"/imports/orders/{UPLOADED}", "What holds for the whole file", "/interactions/imports"),
    Place("import-orders-checked", f"/imports/orders/{ID}?beside={ID}", "Joined by: e-mail", "/interactions/imports"),
    Place("import-orders-done", f"/imports/orders/{DONE}", "3 orders are recorded", "/interactions/imports"),
    Place("templates", "/templates", "Bought twice, silent for 90 days", ""),
    Place("templates-campaigns", "/templates?tab=campaigns", "Win back who became silent", ""),
    Place("templates-letters", "/templates?tab=letters", "Thank you for a large purchase", ""),
    Place("segments", "/segments", "number of purchases is at least", "/analytics/segments"),
    Place("segment-members", f"/segments/{ID}?tab=members", "Ada Lovelace", "/analytics/segments/"),
    Place("segment-editor", f"/segments/{ID}/edit", "of 1,200 customers", "/analytics/segments/"),
    Place("campaigns", "/campaigns", "Welcome 1", "/campaigns/campaigns"),
    Place("campaign", f"/campaigns/{ID}", "10 entered = 6 sent", "/campaigns/campaigns"),
    Place("campaign-letter", f"/campaigns/{ID}?tab=letter", "unsubscribe_url", "/campaigns/campaigns"),
    Place("campaign-messages", f"/campaigns/{ID}?tab=messages", "no consent", "/campaigns/campaigns"),
    Place("campaign-editor", f"/campaigns/{ID}/edit", "Holdout", "/campaigns/campaigns"),
    Place("privacy", "/privacy", "asked 2 times", "/privacy/requests"),
    Place("privacy-late", "/privacy?show=overdue&kind=access", "check the identity", "/privacy/requests"),
    Place("privacy-request", f"/privacy/requests/{ID}", "asked at the counter", "/privacy/requests"),
    Place("privacy-request-ready", f"/privacy/requests/{READY}", "The archive waits", "/privacy/requests"),
    Place("privacy-erasures", "/privacy?tab=erasures", "campaigns", "/privacy/erasures"),
    Place("privacy-consents", f"/privacy?tab=consents&customer={ID}", "Yes, write to me.", "/privacy/customers"),
    Place("privacy-suppressions", "/privacy?tab=suppressions", "holds fingerprints", ""),
    Place("privacy-forms", "/privacy?tab=forms", "https://hello.example.test/forms/shop-1", "/privacy/signup-forms"),
    Place("erasure", f"/privacy/erasures/{ID}", "the customer, by letter", "/privacy/erasures"),
    Place("insights", "/insights", "12 customers bought, 300 are needed (1)", "/analytics/scores/rfm"),
    Place("settings", "/settings", "Nobody else is written to", "/campaigns/settings"),
    Place("settings-firm", "/settings?tab=firm", "Choose it before the first purchase", "/interactions/base-currency"),
    Place("settings-limits", "/settings?tab=limits", "At most so many messages", "/campaigns/policies"),
    Place("settings-changes", "/settings?tab=changes", "ada 1", "/campaigns/settings"),
    Place("settings-alarms", "/settings?tab=alarms", "Where alarms go", "/alarms/settings"),
    Place("settings-monday", "/settings?tab=monday", "last week's figures", "/monday"),
    Place("operations", "/operations", "in order", "/services"),
    Place("alarms", "/operations?tab=alarms", "customers: 2 open", "/alarms"),
    Place("dead-letters", "/operations?tab=dead-letters", "customers-inbound", "/customers/dead-letters"),
    Place("dead-letter", f"/operations/dead-letters/customers/{an_id(1)}", "unreadable", "/customers/dead-letters"),
    Place("publishers", "/operations?tab=publishers", "web-shop", "/interactions/publishers"),
    Place("publisher", "/operations/publishers/web-shop", "/data/currency", "/interactions/publishers"),
    Place("sending", "/operations?tab=sending", "Sending is on.", "/campaigns/policies"),
]


@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_a_page_shows_its_matter_to_everybody(enter: Enter, front: str, place: Place) -> None:
    """Catches an empty page, an error in the browser's log, what axe calls serious, and a page too wide for a phone."""
    visitor = await enter(front, "owner")
    await visitor.answer(everything())
    await visitor.open(place.path, place.shows)
    assert await visitor.serious() == []
    await visitor.take_a_phone()
    assert await visitor.too_wide() == []
    assert visitor.faults == []


@pytest.mark.parametrize("place", [place for place in PLACES if place.needs], ids=str)
async def test_a_page_says_what_its_api_refused_and_stands_ten_thousand_rows(
    enter: Enter, front: str, place: Place
) -> None:
    """Catches a white page, a refusal that is swallowed, and a list that draws all it gets."""
    visitor = await enter(front, "owner")
    for status in (500, 403):
        await visitor.answer(everything(), status=status, only=place.needs)
        await visitor.open(place.path, f"The API said {status} for this test.")
    await visitor.answer(everything(MANY))
    began = time.monotonic()
    await visitor.open(place.path, place.shows)
    assert time.monotonic() - began < PATIENCE_S
    assert await visitor.page.locator("tbody tr").count() <= DRAWN_AT_MOST
    assert visitor.faults == []


@pytest.mark.parametrize("place", [place for place in PLACES if "-" not in place.name], ids=str)
async def test_a_page_in_the_dark_and_in_german(enter: Enter, front: str, place: Place) -> None:
    """Catches colours that only daylight carries, and English left in the German pages' frame."""
    visitor = await enter(front, "owner", color_scheme="dark", locale="de-DE")
    await visitor.answer(everything())
    await visitor.open(place.path, "Kampagnen")
    assert await visitor.page.evaluate("document.documentElement.lang") == "de"
    assert await visitor.serious() == []
    assert visitor.faults == []


async def test_what_is_wrong_stands_above_every_page(enter: Enter, front: str) -> None:
    """Catches an alarm that nobody sees when no mail goes out."""
    visitor = await enter(front, "owner")
    await visitor.answer({**everything(), "GET /alarms": {"items": [alarm(1, lasts=True)], "not_told_yet_by": []}})
    await visitor.open("/segments", "Something is wrong")
    assert await visitor.serious() == []
    await visitor.page.get_by_role("link", name="Look at the alarms").click()
    await visitor.page.get_by_text("customers: 2 open").wait_for()
    assert visitor.faults == []


async def test_more_rows_come_when_they_are_asked_for(enter: Enter, front: str) -> None:
    """Catches a button that shows nothing new."""
    visitor = await enter(front, "owner")
    await visitor.answer(everything(120))
    await visitor.open("/customers", "Ada Lovelace")
    assert await visitor.page.locator("tbody tr").count() == 50
    await visitor.page.get_by_role("button", name="Show more").click()
    assert await visitor.page.locator("tbody tr").count() == 100


async def test_an_empty_home_leads_through_the_first_steps_and_is_rid_of_them(enter: Enter, front: str) -> None:
    """Catches a newcomer who is left alone, a step that stays open when it is done, a list that cannot be put away."""
    visitor = await enter(front, "owner")
    await visitor.answer(everything(0))
    await visitor.open("/", "0 of 6 done")
    assert await visitor.serious() == []
    await visitor.answer({**everything(0), "GET /customers/customers": rows(customer, 1)})
    await visitor.open("/", "1 of 6 done")
    await visitor.page.get_by_role("link", name="Make a segment").click()
    await visitor.page.get_by_role("link", name="Use it: Regulars").click()
    await visitor.page.get_by_text("number of purchases is at least 3 in the last 90 days").wait_for()
    assert await visitor.page.get_by_role("textbox", name="Name").input_value() == "Regulars"
    await visitor.answer(everything())
    await visitor.open("/", "Running campaigns")
    assert await visitor.page.get_by_text("First steps").count() == 0
    await visitor.answer(everything(0))
    await visitor.open("/", "0 of 6 done")
    await visitor.page.get_by_role("button", name="Put away").click()
    assert await visitor.page.get_by_text("First steps").count() == 0
    await visitor.page.evaluate("localStorage.removeItem('crm-first-steps')")
    assert visitor.faults == []


async def test_a_campaign_of_the_gallery_finds_its_segment_or_says_that_it_is_missing(enter: Enter, front: str) -> None:
    """Catches a template that is saved with somebody else's segment, or with none and no word about it."""
    visitor = await enter(front, "owner")
    await visitor.answer(everything())
    await visitor.open("/campaigns/new?template=win-back", "This campaign means the segment")
    await visitor.page.get_by_role("link", name="Make it from its template").wait_for()
    there = {**segment(), "name": "Bought twice, silent for 90 days"}
    await visitor.answer({**everything(), "GET /analytics/segments": {"items": [there], "next": None}})
    await visitor.open("/campaigns/new?template=win-back", "Holdout")
    assert await visitor.page.get_by_text("This campaign means").count() == 0
    segments = visitor.page.get_by_role("combobox", name="Segment", exact=True)
    assert await segments.input_value() == "Bought twice, silent for 90 days"
    subject = visitor.page.get_by_role("textbox", name="Subject")
    assert await subject.input_value() == "It has been a while"
    assert await visitor.page.get_by_role("button", name="Save").is_enabled()
    assert visitor.faults == []


async def test_lists_that_are_empty_say_what_comes_next(enter: Enter, front: str) -> None:
    """Catches an empty table without a word."""
    visitor = await enter(front, "owner")
    await visitor.answer(everything(0))
    words_of = {
        "/customers": "The first event or import",
        "/imports": "No file was brought in",
        "/segments": "Make one from a rule",
        "/campaigns": "It needs a segment or an event",
        "/privacy": "Nobody has asked about their data",
        "/privacy?tab=erasures": "Nobody has asked to be erased",
        "/privacy?tab=forms": "There is no form yet",
        "/operations?tab=dead-letters": "No dead letter",
    }
    for path, words in words_of.items():
        await visitor.open(path, words)


async def test_an_archive_is_handed_out_by_a_link_that_is_made_when_it_is_asked_for(enter: Enter, front: str) -> None:
    """Catches a link that every reader of the page makes, one that is not shown, and buttons of an answered request."""
    visitor = await enter(front, "privacy-officer")
    await visitor.answer(everything())
    await visitor.open(f"/privacy/requests/{READY}", "The archive waits")
    page = visitor.page
    assert await page.get_by_text("https://shop.example.test/archives/1.token").count() == 0
    await page.get_by_role("button", name="Make the link").click()
    await page.get_by_text("https://shop.example.test/archives/1.token").wait_for()
    await page.get_by_text("5 KiB, to be fetched until").wait_for()
    assert await visitor.serious() == []
    closed = {**subject_request(1, "answered"), "closed_at": AT}
    await visitor.answer({**everything(), "GET /privacy/requests/{}": closed})
    await visitor.open(f"/privacy/requests/{ID}", "answered")
    assert await page.get_by_role("button", name="Refuse").count() == 0
    assert visitor.faults == []


async def test_a_request_that_is_open_already_is_shown_before_it_is_asked_again(enter: Enter, front: str) -> None:
    """Catches an officer who takes the same request twice and promises a second deadline."""
    visitor = await enter(front, "privacy-officer")
    await visitor.answer(everything())
    await visitor.open("/privacy", "asked 2 times")
    page = visitor.page
    await page.get_by_role("button", name="Take in a request").click()
    await page.get_by_role("combobox", name="Who").fill("Ada")
    await page.get_by_role("option").first.click()
    await page.get_by_text("asking again joins it").wait_for()
    assert await visitor.serious() == []
    assert visitor.faults == []
