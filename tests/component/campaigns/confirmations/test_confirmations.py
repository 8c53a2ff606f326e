"""An address is asked to confirm its sign-up: by the ledger, the gate and the channel that send everything else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.campaigns.confirmations.domain import LANGUAGES, letter
from services.campaigns.content.domain.names import TemplateField, tree_of
from services.campaigns.content.domain.templates import check
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Origin
from shared.contracts.privacy import SignupRequested
from shared.ids import new_id
from tests.component.campaigns.conftest import as_
from tests.component.campaigns.world import World, recipients


async def sign_up(world: World, address: str, **changes: Any) -> SignupRequested:
    """Somebody signs up at privacy; what privacy says of it."""
    notice = {
        "name": f"footer-{new_id().hex[-8:]}", "version": "1", "language": "en", "purpose": "marketing",
        "channels": ["email"], "text": "Yes.",
    }  # fmt: skip
    kept = await world.privacy.post("/notices", json=notice, headers=as_("officer"))
    assert kept.status_code == 201, kept.text
    ref = {name: notice[name] for name in ("name", "version", "language")}
    body = {"email": address, "notices": [ref], **changes}
    answer = await world.privacy.post("/signups", json=body, headers=as_("officer"))
    assert answer.status_code == 202, answer.text
    expires_at = world.clock.now() + timedelta(hours=48)
    signup_id = UUID(answer.json()["signup_id"])
    return SignupRequested(signup_id=signup_id, language=body.get("language", "en"), expires_at=expires_at)


async def settled(world: World, signup: SignupRequested) -> list[tuple[str, str | None]]:
    found: list[MessageSettled] = await world.emitted(signup.signup_id, MessageSettled)
    return [(event.outcome, event.reason) for event in found]


async def test_the_address_gets_one_letter_with_a_link_that_confirms(world: World) -> None:
    """Catches a sign-up that nobody is asked about, one who is asked twice, and a name of a stranger's in our mail."""
    address = f"{new_id().hex}@example.test"
    asked = await sign_up(world, address, language="de", given_name="Win a prize")
    event = world.event(asked, asked.signup_id)
    await world.handle(event)
    await world.handle(world.event(asked, asked.signup_id))
    await world.send()
    assert recipients(world.post_office) == [address]
    (mail,) = world.post_office.mails
    assert mail["Subject"] == "Bitte bestätigen Sie Ihre Anmeldung"
    assert mail["List-Unsubscribe"] is None
    text = mail.get_content()
    assert "prize" not in text
    link = next(line for line in text.splitlines() if line.startswith("http"))
    page = await world.privacy.get(link.removeprefix(world.settings.privacy_public_url))
    assert page.status_code == 200
    assert await settled(world, asked) == [("handed_over", None)]


async def test_what_stops_other_mail_stops_this_too(world: World) -> None:
    """Catches a letter to a dead address, and one that leaves while everything is halted."""
    listed, address = f"{new_id().hex}@example.test", f"{new_id().hex}@example.test"
    dead = await sign_up(world, listed)
    body = {"addresses": [{"channel": "email", "address": listed}], "reason": "bounced"}
    assert (await world.privacy.post("/suppressions", json=body)).status_code == 201
    await world.handle(world.event(dead, dead.signup_id))
    await world.send()
    assert await settled(world, dead) == [("refused", "suppressed")]
    halted = await sign_up(world, address)
    await world.execute("update policies set halted = true")
    await world.handle(world.event(halted, halted.signup_id))
    await world.send()
    assert world.post_office.mails == []


async def test_a_sign_up_that_is_replayed_or_over_asks_nobody(world: World) -> None:
    """Catches a rebuild that writes to everybody who ever signed up."""
    address = f"{new_id().hex}@example.test"
    asked = await sign_up(world, address)
    await world.handle(world.event(asked, asked.signup_id, origin=Origin.RESTATED))
    late = asked.model_copy(update={"expires_at": world.clock.now()})
    await world.handle(world.event(late, asked.signup_id))
    await world.send()
    assert world.post_office.mails == []


async def test_who_confirmed_meanwhile_gets_no_letter(world: World) -> None:
    """Catches a letter to an address that privacy gives out no more."""
    asked = await sign_up(world, f"{new_id().hex}@example.test")
    world.clock.advance(hours=49)
    later = asked.model_copy(update={"expires_at": world.clock.now() + timedelta(hours=1)})
    await world.handle(world.event(later, asked.signup_id))
    await world.send()
    assert world.post_office.mails == []
    reason = await world.value("select deferred_for from messages where customer_id = :id", id=asked.signup_id)
    assert reason == "no-card"


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_hold_what_they_need_in_every_language(language: str) -> None:
    """Catches a letter without its link, and a name in a template that no card has."""
    content = letter(language)
    fields = [TemplateField("customer.confirm_url", "text", "")]
    assert check(content, marketing=False, tree=tree_of(fields)) == []
    assert "customer.confirm_url" in content.text
    assert language == "en" or content != letter("en")
