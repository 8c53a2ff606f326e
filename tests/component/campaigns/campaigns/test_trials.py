"""Would catch a trial that writes to somebody of the audience, or shows something else than what is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from shared.contracts.customers import ProfileChanged
from shared.contracts.privacy import ConsentChanged
from tests.component.campaigns.conftest import as_
from tests.component.campaigns.world import World, recipients


async def test_a_preview_shows_a_real_customers_mail_and_sends_nothing(world: World) -> None:
    customer = await world.customer()
    campaign = await world.campaign(start=False)
    answer = await world.api.post(f"/campaigns/{campaign}/preview", json={"customer_id": str(customer)})
    assert answer.status_code == 200, answer.text
    assert "/unsubscribe/" in answer.json()["text"]
    nobody = await world.api.post(f"/campaigns/{campaign}/preview", json={"customer_id": str(uuid4())})
    assert (nobody.status_code, nobody.json()["type"]) == (422, "/problems/customer-has-no-card")
    assert world.post_office.mails == []


async def test_a_letter_shows_its_customer_only_to_who_may_read_customers(world: World) -> None:
    """Would catch a key without the scope to read customers that writes their birthday into a template and looks."""
    customer = await world.customer()
    campaign = await world.campaign(start=False)
    named, seeds = {"customer_id": str(customer)}, {"seeds": ["seed@example.test"]}
    for path, body in (("preview", named), ("test-send", {**seeds, **named})):
        answer = await world.api.post(f"/campaigns/{campaign}/{path}", json=body, headers=as_("sender-only"))
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/customer-scope-missing")
    assert world.post_office.mails == []
    sent = await world.api.post(f"/campaigns/{campaign}/test-send", json=seeds, headers=as_("sender-only"))
    assert sent.status_code == 200, sent.text


async def test_a_test_send_goes_to_seed_addresses_alone(world: World) -> None:
    campaign = await world.campaign(start=False)
    path = f"/campaigns/{campaign}/test-send"
    refused = await world.api.post(path, json={"seeds": ["seed@example.test", "boss@elsewhere.example"]})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "/seeds/1")
    assert world.post_office.mails == []
    answer = await world.api.post(path, json={"seeds": ["seed@example.test"]})
    assert answer.json()["results"][0]["outcome"] == "accepted", answer.text
    assert recipients(world.post_office) == ["seed@example.test"]
    assert str(world.post_office.mails[0]["Subject"]).startswith("[Test] ")
    await world.api.put("/switch", json={"halted": True})
    assert (await world.api.post(path, json={"seeds": ["seed@example.test"]})).status_code == 409


async def test_a_dry_run_says_what_would_happen_and_sends_nothing(world: World) -> None:
    segment = uuid4()
    good, silent, blocked = [await world.customer() for _ in range(3)]
    grant = ConsentChanged(consent_id=uuid4(), purpose="offers", channel="email", state="granted")
    events = []
    for customer, status in ((good, "active"), (silent, "active"), (blocked, "blocked")):
        profile = ProfileChanged(
            kind="person",
            status=status,
            attributes={},
            changed=[],
            reachable=["email"],
            time_zone="UTC",
            created_at=datetime(2020, 1, 1, tzinfo=UTC),
        )
        events += [world.event(profile, customer), world.moved(customer, into=segment)]
    await world.handle(*events, world.event(grant, good), world.event(grant, blocked))
    campaign = await world.campaign(segment=segment, start=False)
    answer = await world.api.post(f"/campaigns/{campaign}/dry-run", json={})
    assert answer.json() == {
        "audience": 3,
        "would_send": 1,
        "refused": {"no-consent": 1, "blocked": 1},
        "deferred": {},
        "complete": True,
    }
    assert (await world.report(campaign))["audience"] == 0
