"""Somebody asks to be forgotten: five services forget, prove it, and do not write again."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.local.installation import SERVICES
from tests.builders import a_purchase
from tests.journeys.conftest import Product
from tests.journeys.steps import Until, a_mail_to, buy, consent, found, the_road_works

# Words that stand nowhere else: whatever holds one of them holds something of this person.
WHO = "zzq-erasmus"
NAME, CARD, PHONE, NOTE, WITNESS = "zzqgivenname", "zzq-card-17", "+44 20 7946 0917", "zzq-note", "zzq-witness"
MARKS = (WHO, NAME, CARD, PHONE, "+442079460917", NOTE, WITNESS)


async def test_an_erasure_ends_in_a_certificate_and_nothing_is_left_anywhere(
    product: Product, campaign: dict[str, Any], until: Until
) -> None:
    """Catches a table, a kept answer, a dead letter or a log line that some service's erasure forgot."""
    customer = await somebody_known_everywhere(product, until)
    before = await places(product)
    assert {"customers", "interactions", "privacy"} <= {place.split(".")[0] for place in before}, before

    asked = await product.done(
        "POST", "privacy", "/erasures", "data-protection",
        json={"customer": {"customer_id": customer, "email": f"{WHO}@example.test"}, "requested_by": "officer-1",
              "identity_checked": True},
    )  # fmt: skip

    async def certified() -> Any:
        shown = await product.done("GET", "privacy", f"/erasures/{asked['erasure_id']}", "data-protection")
        return shown if shown["certificate"] else None

    erasure = await until(certified)
    assert erasure["state"] == "completed"
    assert {one["service"] for one in erasure["receipts"]} == set(SERVICES)
    assert not any(sum(one["remaining"].values()) for one in erasure["receipts"])
    assert await places(product) == {}
    assert logs_that_name_them(product) == []

    mails = len(product.mails_to(f"{WHO}@example.test"))
    await buy(product, WHO, 2, customer=named())
    await the_road_works(product, until, "canary-after-erasure")
    assert len(product.mails_to(f"{WHO}@example.test")) == mails, "who was erased was written to after an import"


def named() -> dict[str, Any]:
    """Everything by which the shop knows them."""
    external = {"source": "shop", "id": WHO}
    return {"external_id": external, "email": f"{WHO}@example.test", "card": CARD, "phone": PHONE}


async def somebody_known_everywhere(product: Product, until: Until) -> str:
    """Leaves traces by every road: events, a mail and a click, notes, consents, lists, kept answers, poison."""
    await consent(product, WHO, evidence={"witness": WITNESS}, headers={"Idempotency-Key": "kept-consent"})
    await buy(product, WHO, 2, customer=named(), traits={"given_name": NAME})
    talk = a_purchase(WHO, type="contact", customer=named()) | {
        "data": {"channel": "phone", "direction": "in", "note": f"{NOTE}: asks about apples"}
    }
    await product.done("POST", "interactions", "/events", "storefront", json=talk)
    await poison(product)
    mail = await a_mail_to(product, until, WHO)
    link = re.search(r"http\S+/t/c/\S+", mail.get_body(("plain",)).get_content())
    assert link is not None
    await product.http.get(link[0])
    customer = await found(product, until, WHO)
    await product.done(
        "PATCH", "customers", f"/customers/{customer}", "operator",
        json={"attributes": {"city": "Leeds"}}, headers={"If-Match": "*", "Idempotency-Key": "kept-change"},
    )  # fmt: skip
    made = await product.done("POST", "analytics", "/lists", "marketing", json={"name": "Apple lovers"})
    await product.done(
        "POST", "analytics", f"/lists/{made['id']}/members", "marketing", json={"customer_ids": [customer]}
    )

    async def everything_arrived() -> Any:
        shown = await product.done("GET", "interactions", f"/customers/{customer}/timeline", "marketing")
        letters = await product.done("GET", "interactions", "/dead-letters?state=open", "operator")
        return {"contact", "response", "exposure"} <= {one["kind"] for one in shown["items"]} and letters["items"]

    await until(everything_arrived)
    return customer


async def poison(product: Product) -> None:
    """A till that leaves out half of a purchase, but not whose it was."""
    spoiled = {"publisher": "till", "message": {"type": "purchase", "customer": named()}}
    producer = AIOKafkaProducer(bootstrap_servers=product.installation.dsns.kafka)
    await producer.start()
    try:
        topic = f"{product.installation.plan.topic_prefix}interactions-inbound"
        await producer.send_and_wait(topic, json.dumps(spoiled).encode())
    finally:
        await producer.stop()


async def places(product: Product, marks: Sequence[str] = MARKS) -> dict[str, list[str]]:
    """Where a mark stands, as text or as bytes, in any column of any table: `service.table` and the marks."""
    pieces = await asyncio.gather(*(_marks_in(service, product, marks) for service in SERVICES))
    return {place: found for piece in pieces for place, found in piece.items()}


async def _marks_in(service: str, product: Product, marks: Sequence[str]) -> dict[str, list[str]]:
    connection = await asyncpg.connect(product.installation.database_url(service))
    try:
        tables = await connection.fetch(
            "select relname from pg_class where relkind in ('r', 'p') and not relispartition"
            " and relnamespace = 'public'::regnamespace"
        )
        found: dict[str, list[str]] = {}
        for (table,) in tables:
            for mark in marks:
                # A whole row as text shows bytes in hexadecimal.
                rows = await connection.fetchval(
                    f"""select count(*) from "{table}" row
                        where position($1 in lower(row::text)) > 0 or position($2 in row::text) > 0""",
                    mark,
                    mark.encode().hex(),
                )
                if rows:
                    found.setdefault(f"{service}.{table}", []).append(mark)
        return found
    finally:
        await connection.close()


def logs_that_name_them(product: Product) -> list[str]:
    """Log files in which a mark stands."""
    files = sorted((product.installation.folder / "logs").glob("*.log"))
    assert len(files) >= 2 * len(SERVICES)
    texts = {file.name: file.read_text(errors="replace").lower() for file in files}
    return [name for name, text in texts.items() if any(mark in text for mark in MARKS)]
