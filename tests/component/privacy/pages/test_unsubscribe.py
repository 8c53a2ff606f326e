"""The link in every marketing message: one click acts, looking does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html.parser import HTMLParser
from uuid import UUID

import httpx
import pytest
from fastapi.responses import HTMLResponse

from services.privacy.pages import content
from shared.database.engine import Database
from shared.ids import new_id
from shared.security.tokens import make_unsubscribe_token
from tests.component.privacy.addresses import hash_of
from tests.component.privacy.conftest import KEY
from tests.component.privacy.scenes import address_of, ask, emitted, record, rows


def a_link(
    customer_id: UUID, *, message_id: UUID | None = None, purpose: str = "marketing", fingerprint: str | None = None
) -> str:
    token = make_unsubscribe_token(
        KEY,
        customer_id=customer_id,
        purpose=purpose,
        channel="email",
        campaign_id=UUID(int=7),
        message_id=message_id or new_id(),
        fingerprint=fingerprint,
    )
    return f"/unsubscribe/{token}"


@pytest.fixture
async def visitor(client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with httpx.AsyncClient(transport=client._transport, base_url="http://privacy") as visitor:
        yield visitor


ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def test_the_page_promises_only_what_it_does() -> None:
    """Catches a choice that is called less often and stops everything: frequency is not what this page changes."""
    page = _html(content.unsubscribe_page("marketing.news", "email", "a-token"))
    assert "often" not in page.lower().partition("choose in detail")[0]
    assert "Only this: no more about marketing: news by e-mail" in page


async def test_one_click_withdraws_and_says_which_message(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches an unsubscribe header that mail programs call in vain."""
    customer, message = new_id(), new_id()
    await record(client, customer)
    answer = await visitor.post(a_link(customer, message_id=message), data=ONE_CLICK)
    assert answer.status_code == 200
    assert await ask(client, customer) == "withdrawn"
    event = (await emitted(database, customer, "consent_changed"))[-1].data
    assert (event["withdrawn_via"], event["message_id"], event["campaign_id"]) == (
        "one_click",
        str(message),
        str(UUID(int=7)),
    )


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b"", ""),
        (b"\xff\xfe\x00", "text/plain"),
    ],
)  # fmt: skip
async def test_whatever_body_a_mail_program_sends_it_counts(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, content: bytes, media: str
) -> None:
    """Catches a person who clicked and goes on getting messages because of a detail of the form."""
    customer = new_id()
    await record(client, customer)
    answer = await visitor.post(a_link(customer), content=content, headers={"Content-Type": media} if media else {})
    assert answer.status_code == 200
    assert await ask(client, customer) == "withdrawn"


async def test_looking_changes_nothing(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a link that a mail scanner's visit would act on."""
    customer = new_id()
    await record(client, customer)
    for _ in range(2):
        assert (await visitor.get(a_link(customer))).status_code == 200
    assert await ask(client, customer) == "granted"
    assert await rows(database, "consents", [customer]) == 1


async def test_a_second_click_changes_nothing(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a second line, a second event, and an error for somebody who clicked twice."""
    customer = new_id()
    await record(client, customer)
    for _ in range(3):
        assert (await visitor.post(a_link(customer), data=ONE_CLICK)).status_code == 200
    assert await rows(database, "consents", [customer]) == 2
    assert len(await emitted(database, customer, "consent_changed")) == 2


async def test_a_click_counts_for_who_never_said_yes(client: httpx.AsyncClient, visitor: httpx.AsyncClient) -> None:
    """Catches a no that is forgotten because there was no yes before it."""
    customer = new_id()
    await visitor.post(a_link(customer), data=ONE_CLICK)
    assert await ask(client, customer) == "withdrawn"


async def test_the_page_offers_less_and_never(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a choice on the page that nothing stands behind."""
    customer, message = new_id(), new_id()
    for purpose in ("marketing", "news"):
        await record(client, customer, purpose=purpose)
    assert await ask(client, customer, message_id=message) == "granted"
    link = a_link(customer, message_id=message)
    await visitor.post(link, data={"choice": "this"})
    assert [await ask(client, customer, purpose=purpose) for purpose in ("marketing", "news")] == [
        "withdrawn",
        "granted",
    ]
    await visitor.post(link, data={"choice": "all"})
    assert await ask(client, customer, purpose="news") == "withdrawn"
    assert {event.data["withdrawn_via"] for event in await emitted(database, customer, "consent_changed")} == {
        None,
        "page",
    }
    for everyone in (customer, new_id()):
        await record(client, everyone, purpose="news")
        assert await ask(client, everyone, purpose="news", address=address_of(customer)) == "withdrawn"
        assert await ask(client, everyone, purpose="service", address=address_of(customer)) == "address-unconfirmed"


async def test_a_link_in_a_service_message_stops_marketing(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a consent recorded for a purpose that needs none."""
    customer = new_id()
    await record(client, customer)
    await visitor.post(a_link(customer, purpose="service"), data=ONE_CLICK)
    assert await ask(client, customer) == "withdrawn"
    async with database.transaction() as tx:
        found = await tx.rows("select purpose from heads where customer_id = :id", {"id": customer})
    assert {row["purpose"] for row in found} == {"marketing", "*"}


async def test_the_link_unsubscribes_the_address_whoever_has_it(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """Catches a click that counts for one customer id only, while the same reader is known under another; and a link
    that counts for less once its permit is no longer kept."""
    customer, other = new_id(), new_id()
    address = address_of(customer)
    for one in (customer, other):
        await record(client, one)
    assert await ask(client, other, address=address) == "granted"
    await visitor.post(a_link(customer, fingerprint=hash_of(address)), data=ONE_CLICK)
    assert [await ask(client, one, address=address) for one in (customer, other)] == ["withdrawn"] * 2
    assert await ask(client, other) == "granted"


async def test_an_older_link_finds_the_address_by_its_permit(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """Catches links of messages that were sent before the upgrade."""
    customer, other, message = new_id(), new_id(), new_id()
    for one in (customer, other):
        await record(client, one)
    assert await ask(client, customer, message_id=message) == "granted"
    await visitor.post(a_link(customer, message_id=message), data=ONE_CLICK)
    assert await ask(client, other, address=address_of(customer)) == "withdrawn"


@pytest.mark.parametrize("token", ["x", "A" * 107, "%00", "..%2F..", "é", "A" * 500])
async def test_a_bad_link_gets_a_friendly_page(visitor: httpx.AsyncClient, token: str) -> None:
    """Catches a 500, and a page that says more about the token than it should."""
    for method in ("GET", "POST"):
        answer = await visitor.request(method, f"/unsubscribe/{token}")
        assert answer.status_code in (404, 422)
        if answer.status_code == 404 and "html" in answer.headers["content-type"]:
            assert "This link does not work" in answer.text


async def test_whoever_holds_a_bad_link_reads_that_in_their_language(visitor: httpx.AsyncClient) -> None:
    """Catches a page that speaks English only, while all the others speak six languages."""
    answer = await visitor.get("/unsubscribe/x", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert (answer.status_code, _Page(answer.text).all("html")[0]["lang"]) == (404, "de")


async def test_a_huge_form_is_refused(visitor: httpx.AsyncClient) -> None:
    """Catches a public door that reads whatever it is sent."""
    answer = await visitor.post(a_link(new_id()), content=b"x" * 100_000)
    assert answer.status_code == 413


def _html(page: HTMLResponse) -> str:
    return bytes(page.body).decode()


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


async def test_the_page_can_be_used_by_everybody_and_tells_nobody(visitor: httpx.AsyncClient) -> None:
    """Catches a page that a screen reader cannot use, that loads something, or that leaks its address."""
    answer = await visitor.get(a_link(new_id(), purpose="news.wine_club"))
    page = _Page(answer.text)
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert len(page.all("legend")) == len(page.all("fieldset")) == 1
    assert len(page.all("label")) == len(page.all("input")) == 2
    assert page.all("form") == [{"method": "post"}]
    assert page.all("button")[0]["type"] == "submit"
    assert not any(page.all(tag) for tag in ("script", "img", "link", "iframe"))
    assert "news: wine club" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_words_of_a_message_are_text_on_the_page() -> None:
    """Catches a template that writes what stands in a link as HTML."""
    for page in (
        content.unsubscribe_page("<script>x</script>", "<b>", "token"),
        content.unsubscribed_page("<script>x</script>", "<b>", everything=False),
    ):
        html = _html(page)
        assert not any(_Page(html).all(tag) for tag in ("script", "b"))
        assert "&lt;script&gt;x&lt;/script&gt;" in html
