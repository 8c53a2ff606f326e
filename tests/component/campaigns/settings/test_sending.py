"""Who writes, over which mail server and to whom for now, as people set it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.campaigns.settings import service
from services.campaigns.settings.domain import AllowList, MailServer
from shared.clock import SystemClock
from shared.contracts.customers import ProfileChanged
from shared.contracts.privacy import ConsentChanged
from shared.kafka.clients import create_topics
from tests.component.campaigns.conftest import as_
from tests.component.campaigns.journeys.travel import a_send, create
from tests.component.campaigns.post_office import PostOffice
from tests.component.campaigns.test_worker import a_worker, until
from tests.component.campaigns.world import World

SECRET = "a pass word that nobody sees"
IN_FORCE_S = 5.0


async def put(world: World, path: str, body: dict[str, Any]) -> httpx.Response:
    """Set something."""
    return await world.api.put(f"/settings/{path}", json=body, headers=as_("postmaster"))


async def done(world: World, path: str, body: dict[str, Any]) -> Any:
    """Set something that is taken."""
    answer = await put(world, path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def entered(world: World) -> tuple[UUID, UUID]:
    """A campaign, and a customer of it who is due."""
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    return campaign, customer


async def test_whoever_starts_campaigns_does_not_say_where_all_mail_goes(world: World) -> None:
    """Catches a key for sending that takes every address, letter and unsubscribe link by naming a mail server of its
    own, or that looks for open ports of the firm's network by checking one."""
    server = {"host": "mail.elsewhere.example", "port": 25, "security": "none"}
    tried = [
        await world.api.put("/settings/sending", json={"server": server}),
        await world.api.put("/settings/sending", json={"sender": {"name": "Shop", "address": "me@shop.example"}}),
        await world.api.post("/settings/sending/check"),
    ]
    assert [answer.status_code for answer in tried] == [403, 403, 403]
    assert (await world.api.get("/settings/sending")).json()["server"]["set_by"] == "environment"


async def test_without_a_word_the_environment_holds(world: World) -> None:
    """Catches an upgrade that changes the sender."""
    shown = (await world.api.get("/settings/sending")).json()
    assert shown["sender"] == {
        "name": world.settings.sender_name,
        "address": world.settings.sender_address,
        "set_by": "environment",
    }
    assert (shown["server"]["port"], shown["server"]["set_by"]) == (world.post_office.port, "environment")
    allowed = (await world.api.get("/settings/allow-list")).json()
    assert (allowed["holds"], allowed["set_by"]) == (True, "environment")
    # The environment's list keeps a test installation from strangers; it keeps no campaign from starting.
    await world.campaign()


async def test_a_test_send_comes_from_the_sender_that_was_set_over_the_server_that_was_set(world: World) -> None:
    """Catches a form whose values are shown and not used."""
    other = PostOffice()
    async with other.open():
        sender = {"name": "Obst & Gemüse", "address": "brief@obst.example.test"}
        server = {"host": "127.0.0.1", "port": other.port, "security": "none"}
        await done(world, "sending", {"sender": sender, "server": server})
        campaign = await world.campaign(start=False)
        answer = await world.api.post(f"/campaigns/{campaign}/test-send", json={"seeds": ["me@example.test"]})
        assert answer.status_code == 200, answer.text
    [mail] = other.mails
    assert mail["From"] == "Obst & Gemüse <brief@obst.example.test>"
    assert world.post_office.mails == []
    assert (await world.api.get("/sender")).json()["address"] == "brief@obst.example.test"
    # What is left out stays; null is the environment's again.
    kept = await done(world, "sending", {"server": None})
    assert (kept["server"]["set_by"], kept["sender"]["set_by"]) == ("environment", "people")


async def test_a_running_worker_takes_another_server_within_seconds(world: World) -> None:
    """Catches settings that wait for a restart, and a change in the midst of which something is left unknown."""
    other = PostOffice()
    await create_topics(world.settings)
    before = world.clock.now()
    async with other.open(), a_worker(world):
        world.clock.set(SystemClock().now())
        try:
            segment = uuid4()
            campaign = await world.campaign(segment=segment)
            await world.publish(world.moved(await world.customer(), into=segment))
            await until(lambda: len(world.post_office.mails) == 1)
            server = {"host": "127.0.0.1", "port": other.port, "security": "none"}
            await done(world, "sending", {"server": server})
            await asyncio.sleep(IN_FORCE_S)
            await world.publish(world.moved(await world.customer(), into=segment))
            await until(lambda: len(other.mails) == 1)
            while (await world.report(campaign))["handed_over"] != 2:
                await asyncio.sleep(0.05)
            assert len(world.post_office.mails) == 1
        finally:
            world.clock.set(before)


async def test_the_first_server_that_is_set_reaches_nobody_whom_nobody_named(world: World) -> None:
    """Catches mail that stayed in the installation's own inbox, and goes to everybody once a server is named."""
    everybody = world.settings.model_copy(update={"recipient_allow": ["*"]})
    server = MailServer("127.0.0.1", world.post_office.port, "none")
    async with world.database.transaction() as tx:
        kept = await service.set_server(tx, everybody, server, by="ada")
    assert kept.allow_list == AllowList((), holds=True)
    live = everybody.model_copy(update={"profile": "production"})
    await world.execute("update sending_settings set smtp_host = null, allow_patterns = null, allow_holds = false")
    async with world.database.transaction() as tx:
        kept = await service.set_server(tx, live, replace(server, security="starttls"), by="ada")
    # In production others are written to already: another server does not silence them.
    assert kept.allow_list is None


async def test_a_password_is_sealed_and_shown_to_nobody(world: World) -> None:
    """Catches a secret in the database, in an answer, in the list of changes."""
    server = {"host": "mail.example.test", "port": 587, "user": "ada", "password": SECRET}
    shown = await done(world, "sending", {"server": server})
    assert shown["server"]["password_set"] is True
    stored = await world.value("select smtp_password from sending_settings")
    changes = (await world.api.get("/settings/changes")).text
    assert SECRET not in f"{stored} {shown} {changes}"
    # The same account keeps it, another server does not get it.
    same = await done(world, "sending", {"server": {**server, "password": None}})
    assert same["server"]["password_set"] is True
    elsewhere = await done(world, "sending", {"server": {**server, "password": None, "host": "evil.example.test"}})
    assert elsewhere["server"]["password_set"] is False
    clear = await put(world, "sending", {"server": {**server, "security": "none"}})
    assert clear.status_code == 422


async def test_a_password_that_cannot_be_read_any_more_is_none(world: World) -> None:
    """Catches a service that no longer starts because the installation's key was changed."""
    await done(world, "sending", {"server": {"host": "mail.example.test", "user": "ada", "password": SECRET}})
    await world.execute("update sending_settings set smtp_password = 'gAAAAA-of-another-key'")
    shown = (await world.api.get("/settings/sending")).json()
    assert shown["server"]["password_set"] is False


async def test_while_an_allow_list_holds_nobody_else_is_written_to_and_nothing_starts(world: World) -> None:
    """Catches a first letter that goes to all customers while its author only wanted to see it."""
    campaign, _ = await entered(world)
    await done(world, "allow-list", {"patterns": ["me@firm.example.test"], "holds": True})
    await world.send()
    assert world.post_office.mails == []
    assert (await world.report(campaign))["refused"] == {"not-in-allow-list": 1}
    draft = await world.campaign(start=False, trigger={"kind": "event", "event": "purchase"})
    refused = await world.api.post(f"/campaigns/{draft}/start")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/allow-list-holds")
    # Test sends go to the list, and to nobody else.
    for seed, status in (("me@firm.example.test", 200), ("you@example.test", 422)):
        tried = await world.api.post(f"/campaigns/{draft}/test-send", json={"seeds": [seed]})
        assert tried.status_code == status, tried.text
    # Who knows that it holds may start: the gate refuses all others, one by one.
    started = await world.api.post(f"/campaigns/{draft}/start?within_allow_list=true")
    assert started.status_code == 200, started.text


async def test_while_an_allow_list_holds_no_journey_starts_unless_that_is_meant(world: World) -> None:
    """Catches a journey that goes round the list: whoever enters would be refused at its first letter, unseen."""
    await done(world, "allow-list", {"patterns": ["me@firm.example.test"], "holds": True})
    journey = await create(world, {"letter": a_send()}, start=False)
    refused = await world.api.post(f"/journeys/{journey}/start")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/allow-list-holds")
    assert (await world.api.get(f"/journeys/{journey}")).json()["state"] == "draft"
    started = await world.api.post(f"/journeys/{journey}/start?within_allow_list=true")
    assert (started.status_code, started.json()["state"]) == (200, "running"), started.text


async def test_a_dry_run_says_who_would_be_written_to_without_the_allow_list(world: World) -> None:
    """Catches a dry run that refuses everybody just because one tries things out."""
    segment = uuid4()
    customer = await world.customer()
    grant = ConsentChanged(consent_id=uuid4(), purpose="offers", channel="email", state="granted")
    profile = ProfileChanged(
        kind="person", status="active", attributes={}, changed=[], reachable=["email"], time_zone="UTC",
        created_at=datetime(2020, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    facts = (world.event(grant, customer), world.event(profile, customer), world.moved(customer, into=segment))
    await world.handle(*facts)
    await done(world, "allow-list", {"patterns": ["me@firm.example.test"], "holds": True})
    draft = await world.campaign(start=False, segment=segment)
    run = (await world.api.post(f"/campaigns/{draft}/dry-run", json={})).json()
    assert (run["would_send"], run["refused"]) == (1, {})


async def test_lifting_the_list_needs_the_number_of_those_who_may_be_written_to_and_is_kept(world: World) -> None:
    """Catches a click that opens the door to everybody, unseen."""
    patterns = ["me@firm.example.test"]
    held = await done(world, "allow-list", {"patterns": patterns, "holds": True})
    for said in (None, held["mailable"] + 1):
        refused = await put(world, "allow-list", {"patterns": patterns, "holds": False, "recipients": said})
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/recipients-not-confirmed")
        assert refused.json()["recipients"] == held["mailable"]
    body = {"patterns": patterns, "holds": False, "recipients": held["mailable"]}
    assert (await done(world, "allow-list", body))["holds"] is False
    changes = (await world.api.get("/settings/changes?limit=1")).json()
    [change] = changes["items"]
    assert (change["what"], change["by"], change["before"]["holds"], change["after"]["holds"]) == (
        "allow-list", "postmaster", True, False,
    )  # fmt: skip
    assert changes["next"] is not None
    _, _ = await entered(world)
    await world.send()
    assert len(world.post_office.mails) == 1


async def test_the_mail_server_is_asked_step_by_step(world: World) -> None:
    """Catches a check that says yes to a server which is not there, or which offers no encryption."""

    async def check() -> tuple[bool, list[tuple[str, bool]]]:
        answer = (await world.api.post("/settings/sending/check", headers=as_("postmaster"))).json()
        return answer["ok"], [(step["step"], step["ok"]) for step in answer["steps"]]

    here = {"host": "127.0.0.1", "port": world.post_office.port, "security": "none"}
    await done(world, "sending", {"server": here})
    assert await check() == (True, [("connect", True), ("sender", True)])
    assert (await world.api.get("/settings/sending")).json()["checked_at"] is not None
    await done(world, "sending", {"server": {**here, "port": 1}})
    assert await check() == (False, [("connect", False)])
    assert (await world.api.get("/settings/sending")).json()["checked_at"] is None
    await done(world, "sending", {"server": {**here, "security": "starttls"}})
    assert await check() == (False, [("connect", True), ("encrypt", False)])
    assert world.post_office.mails == []


async def test_who_may_only_read_sets_nothing(world: World) -> None:
    """Catches a door that a reader's key opens."""
    for path, body in (("sending", {}), ("allow-list", {"patterns": [], "holds": True})):
        answer = await world.api.put(f"/settings/{path}", json=body, headers=as_("reader"))
        assert answer.status_code == 403, path
