"""Would catch a letter that shows something else than what was written, or a preview that acts for a real customer."""

from __future__ import annotations

import re
from uuid import uuid4

from selectolax.lexbor import LexborHTMLParser

from shared.contracts.interactions import Line, PurchaseRecorded
from shared.security.tokens import read_unsubscribe_token
from tests.component.campaigns.world import TEXT, World

HTML = """<p>{{ customer.name }}</p><a href="https://shop.example.test/?a=1&region=eu&currency=EUR">a</a>
<a href="https://shop.example.test/?n={{ customer.name }}">b</a><a href="{{ unsubscribe_url }}">no more</a>"""


def hrefs_of(answer: str) -> list[str]:
    return [node.attributes.get("href") or "" for node in LexborHTMLParser(answer).css("a")]


async def test_a_click_leads_where_the_template_says_and_reports_keep_its_query(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    content = {"subject": "x", "text": TEXT, "html": HTML}
    await world.campaign(segment=segment, content=content)
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    body = world.post_office.mails[0].get_body(("html",))
    assert body is not None
    first, second, _ = hrefs_of(body.get_content())
    for href, target in (
        (first, "https://shop.example.test/?a=1&region=eu&currency=EUR"),
        (second, "https://shop.example.test/?n="),
    ):
        answer = await world.api.get(href.removeprefix(world.settings.public_url))
        assert (answer.status_code, answer.headers["location"]) == (302, target)
    links = await world.value(
        "select array_agg(convert_from(value, 'UTF8')::jsonb->'message'->'data'->>'link' order by 1) from heard_unsent"
        " where customer_id = :customer",
        customer=customer,
    )
    assert sorted(links) == [
        "https://shop.example.test/?a=1&region=eu&currency=EUR",
        "https://shop.example.test/?n={}",
    ]


async def test_a_preview_and_a_test_mail_withdraw_nobodys_consent(world: World) -> None:
    customer = await world.customer()
    campaign = await world.campaign(start=False, content={"subject": "x", "text": TEXT, "html": HTML})
    shown = (await world.api.post(f"/campaigns/{campaign}/preview", json={"customer_id": str(customer)})).json()
    sent = await world.api.post(
        f"/campaigns/{campaign}/test-send", json={"seeds": ["seed@example.test"], "customer_id": str(customer)}
    )
    assert sent.status_code == 200, sent.text
    [mail] = world.post_office.mails
    links = [
        re.search(r"http\S+/unsubscribe/\S+", shown["text"]),
        *(re.search(r"http\S+/unsubscribe/[^\"\s>]+", part) for part in (shown["html"], str(mail["List-Unsubscribe"]))),
    ]
    key = world.settings.installation_key.get_secret_value()
    for link in links:
        assert link is not None
        path = link[0].strip("<>").removeprefix(world.settings.privacy_public_url)
        assert read_unsubscribe_token(key, path.rpartition("/")[2]) is None
        for answer in (await world.privacy.get(path), await world.privacy.post(path, content="choice=all")):
            assert answer.status_code == 200
            assert "preview" in answer.text
    states = (await world.privacy.get(f"/customers/{customer}/consents")).json()
    assert "'withdrawn'" not in str(states)


async def test_following_a_link_of_a_preview_counts_for_nobody(world: World) -> None:
    customer = await world.customer()
    campaign = await world.campaign(start=False, content={"subject": "x", "text": TEXT, "html": HTML})
    shown = (await world.api.post(f"/campaigns/{campaign}/preview", json={"customer_id": str(customer)})).json()
    first, *_ = hrefs_of(shown["html"])
    before = await world.value("select count(*) from heard_unsent")
    assert (await world.api.get(first.removeprefix(world.settings.public_url))).status_code == 302
    assert await world.value("select count(*) from heard_unsent") == before


async def test_what_a_customer_is_called_is_no_link_of_ours(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    defined = await world.customers.post(
        "/attributes", json={"name": f"nick_{uuid4().hex[:8]}", "type": "text", "purpose": "how they like to be called"}
    )
    nick = defined.json()["name"]
    changed = await world.customers.patch(
        f"/customers/{customer}", json={"attributes": {nick: "http://evil.example/prize"}}, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200, changed.text
    text = f"Dear {{{{ customer.{nick} }}}}, {{{{ unsubscribe_url }}}}"
    await world.campaign(segment=segment, content={"subject": f"{{{{ customer.{nick} }}}}", "text": text})
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    [mail] = world.post_office.mails
    assert "http://evil.example/prize" in mail.get_content()
    assert "/t/c/" not in mail.get_content()


async def test_the_lines_and_the_price_of_a_purchase_are_written_out(world: World) -> None:
    customer = await world.customer()
    text = (
        "{{ event.amount | money: event.currency }} {{ event.time | day: 'long' }}:"
        "{% for line in event.lines %} {{ line.quantity }} {{ line.product_id }}{% endfor %} {{ unsubscribe_url }}"
    )
    await world.campaign(trigger={"kind": "event", "event": "purchase"}, content={"subject": "x", "text": text})
    bought = PurchaseRecorded(
        interaction_id=uuid4(),
        channel="web",
        currency="EUR",
        amount=448,
        base_amount=448,
        lines=[Line(product_id="apples", quantity=1.5, amount=199), Line(product_id="pears", quantity=1, amount=249)],
    )
    await world.handle(world.event(bought, customer))
    await world.send()
    [mail] = world.post_office.mails
    day = f"{world.clock.now():%B} {world.clock.now().day}, {world.clock.now().year}"
    assert mail.get_content().startswith(f"€4.48 {day}: 1.5 apples 1.0 pears http")


async def test_the_names_that_templates_may_use_are_listed_and_others_are_refused(world: World) -> None:
    listed = (await world.api.get("/templates/fields?event=purchase")).json()
    names = {field["name"] for field in listed["fields"]}
    assert {"customer.name", "customer.given_name", "event.lines[].product_id", "unsubscribe_url"} <= names
    assert {"money", "day", "date"} == {found["name"] for found in listed["filters"]}
    without = (await world.api.get("/templates/fields")).json()
    assert not any(field["name"].startswith("event.") for field in without["fields"])
    body = {"name": "Apples", "purpose": "offers", "trigger": {"kind": "segment_entered", "segment_id": str(uuid4())}}
    text = "{{ customer.first_name }}\n{{ event.amount }}{{ unsubscribe_url }}"
    answer = await world.api.post("/campaigns", json={**body, "content": {"subject": "x", "text": text}})
    assert answer.status_code == 422
    told = [error["what"] for error in answer.json()["errors"]]
    assert any("line 1: there is no 'customer.first_name'; did you mean" in what for what in told)
    assert any("line 2: there is no 'event'" in what for what in told)


async def test_a_template_is_tried_out_before_it_is_saved(world: World) -> None:
    body = {"name": "Apples", "purpose": "offers", "trigger": {"kind": "segment_entered", "segment_id": str(uuid4())}}
    for text, what in (
        ("{{ unsubscribe_url }}{{ customer.name | size | divided_by: 0 }}", "divide by 0"),
        ("{% if customer.name %}{{ unsubscribe_url }}{% endif %}", "no unsubscribe link"),
        ("{{ unsubscribe_url }}{% for i in (1..90000) %}x{% endfor %}", "loop iteration limit"),
    ):
        answer = await world.api.post("/campaigns", json={**body, "content": {"subject": "x", "text": text}})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-template"), answer.text
        assert what in answer.text
