"""What campaigns refuses, each by its name: a program can tell one from the other."""

from __future__ import annotations

import httpx
import pytest

from services.campaigns.campaigns.errors import ServiceUnavailable
from services.campaigns.campaigns.service.checks import customer_fields
from services.campaigns.delivery.clients import ServiceClients
from services.campaigns.settings.domain import SenderIdentity
from services.campaigns.settings.errors import UnsafeInProduction
from services.campaigns.settings.service import set_sender
from tests.component.campaigns.world import World

NOBODY = "0197f4a1-0000-7000-8000-000000000001"


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_campaigns_refuse_by_name(world: World) -> None:
    """Catches refusals that changed their name or status: callers decide by them."""
    campaign = await world.campaign()
    path = f"/campaigns/{campaign}"
    body = (await world.api.get(path)).json()["definition"]
    assert told(await world.api.get(f"/campaigns/{NOBODY}")) == (404, "campaign-not-found")
    assert told(await world.api.post(f"{path}/start")) == (409, "not-possible-in-this-state")
    assert told(await world.api.put(path, json=body, headers={"If-Match": "one"})) == (422, "invalid-version")
    assert told(await world.api.put(path, json=body)) == (428, "version-required")
    seeds = {"seeds": ["boss@elsewhere.example"]}
    assert told(await world.api.post(f"{path}/test-send", json=seeds)) == (422, "seed-not-allowed")
    settled = await world.api.post(f"/messages/{NOBODY}/settle", json={"outcome": "handed_over"})
    assert told(settled) == (404, "message-not-found")
    assert told(await world.api.get("/t/c/no-token")) == (404, "no-such-link")


async def test_a_service_message_of_before_its_rules_is_refused_when_it_starts(world: World) -> None:
    """Catches a campaign that mails without consent because it was made before anybody asked why it may."""
    campaign = await world.campaign(start=False)
    await world.execute(
        'update campaigns set definition = definition || \'{"purpose": "service"}\' where id = :id', id=campaign
    )
    desk = {"Authorization": "Bearer service-desk-key"}
    refused = await world.api.post(f"/campaigns/{campaign}/start", headers=desk)
    assert told(refused) == (409, "not-for-service")


async def test_a_template_cannot_be_checked_while_customers_is_away() -> None:
    """Catches a template that is saved unchecked, and a neighbour's silence that looks like our own fault."""

    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    async with httpx.AsyncClient(transport=httpx.MockTransport(away), base_url="http://away") as client:
        with pytest.raises(ServiceUnavailable) as refused:
            await customer_fields(ServiceClients(client, client))
    assert (refused.value.status, refused.value.slug) == (503, "neighbour-away")


async def test_journeys_refuse_by_name(world: World) -> None:
    """Catches refusals that changed their name or status: callers decide by them."""
    assert told(await world.api.get(f"/journeys/{NOBODY}")) == (404, "journey-not-found")
    lost = {
        "name": "Lost",
        "purpose": "marketing",
        "entry": {"kind": "api"},
        "start": "nowhere",
        "nodes": {"out": {"kind": "exit", "reason": "done"}},
    }
    assert told(await world.api.post("/journeys", json=lost)) == (422, "invalid-journey")


async def test_a_made_up_sender_is_refused_in_production(world: World) -> None:
    """Catches letters that nobody could answer: such a domain takes no mail."""
    settings = world.settings.model_copy(update={"profile": "production"})
    async with world.database.transaction() as tx:
        with pytest.raises(UnsafeInProduction) as refused:
            await set_sender(tx, settings, SenderIdentity("Shop", "shop@shop.test"), by="test")
    assert (refused.value.status, refused.value.slug) == (422, "unsafe-in-production")
