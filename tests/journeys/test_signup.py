"""Somebody who is nobody's customer signs up on the hosted form, confirms by mail, and is then written to."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tests.journeys.conftest import Product
from tests.journeys.steps import Until, a_mail_to, buy, found

WHO = "zz-newcomer"
ADDRESS = f"{WHO}@example.test"


async def test_a_sign_up_is_confirmed_by_mail_and_then_permits(
    product: Product, campaign: dict[str, Any], until: Until
) -> None:
    """Catches a form, a mail, a button or a record that is missing on the way from a stranger to a reader."""
    notice = {
        "name": "journey-form", "version": "1", "language": "en", "purpose": "marketing", "channels": ["email"],
        "text": "Yes, write to me.",
    }  # fmt: skip
    await product.done("POST", "privacy", "/notices", "data-protection", json=notice)
    form = {"notices": ["journey-form"], "ask_name": True}
    await product.done("PUT", "privacy", "/signup-forms/journey", "data-protection", json=form)
    pages = product.installation.url("privacy")
    page = (await product.http.get(f"{pages}/forms/journey")).text
    box = re.findall(r'name="(notice-[^"]+)"', page)[0]
    typed = {"email": ADDRESS, "given_name": "Nina", box: "yes"}
    assert (await product.http.post(f"{pages}/forms/journey", data=typed)).status_code == 202

    mail = await a_mail_to(product, until, WHO)
    assert mail["Subject"] == "Please confirm your sign-up"
    link = re.findall(r"http\S+/confirm/\S+", mail.get_content())[0]
    assert (await product.http.get(link)).status_code == 200
    answer = await product.http.post(link)
    assert answer.status_code == 200, answer.text

    customer = await found(product, until, WHO)
    shown = await product.done("GET", "customers", f"/customers/{customer}", "marketing")
    assert "Nina" in str(shown)

    async def permitted() -> bool:
        consents = await product.done("GET", "privacy", f"/customers/{customer}/consents", "data-protection")
        return any(now["permitted"] and now["purpose"] == "marketing" for now in consents["current"])

    await until(permitted)
    # Confirmations are of no customer: none of them is on anybody's timeline.
    timeline = await product.call("GET", "interactions", f"/customers/{customer}/timeline", "marketing")
    assert "exposure" not in timeline.text
    await buy(product, WHO, 2, customer={"email": ADDRESS})

    async def welcomed() -> Any:
        return [mail for mail in product.mails_to(ADDRESS) if mail["Subject"] == "Welcome"]

    letter = (await until(welcomed))[0]
    assert "unsubscribe" in letter.get_content()


async def test_a_shop_s_page_signs_somebody_up_with_its_own_key(product: Product, until: Until) -> None:
    """Catches a newsletter tick at the checkout that only a server could send."""
    notice = {
        "name": "journey-tick", "version": "1", "language": "en", "purpose": "marketing", "channels": ["email"],
        "text": "Yes, write to me.",
    }  # fmt: skip
    await product.done("POST", "privacy", "/notices", "data-protection", json=notice)
    ref = {name: notice[name] for name in ("name", "version", "language")}
    body = {"email": "zz-ticked@example.test", "notices": [ref], "evidence": {"order": "A-1"}}
    answer: httpx.Response = await product.call("POST", "privacy", "/signups", "website", json=body)
    assert answer.status_code == 202, answer.text
    mail = await a_mail_to(product, until, "zz-ticked")
    assert "/confirm/" in mail.get_content()
