"""Would catch a restored ledger that sends what may have been sent after its backup."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from services.campaigns.gate.service import policies
from shared.contracts.campaigns import MessageSettled
from tests.component.campaigns.world import World


@pytest.fixture
async def waits(world: World) -> AsyncIterator[tuple[UUID, UUID]]:
    """A campaign whose only message waits in a ledger that was restored just now, and its customer."""
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    async with world.database.transaction() as tx:
        await policies.halt_restored(tx, tx.now, "restore")
    yield campaign, customer
    await world.execute("update policies set halted = false, restored_from = null")


async def test_hand_overs_go_on_only_with_a_word_about_what_waited(world: World, waits: tuple[UUID, UUID]) -> None:
    """Catches a switch that is turned back as after any other halt."""
    shown = (await world.api.get("/switch")).json()
    assert (shown["halted"], shown["by"], shown["restored_from"] is not None) == (True, "restore", True)
    refused = await world.api.put("/switch", json={"halted": False})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/restored-not-confirmed")
    assert refused.json()["due"] >= 1
    assert (await world.api.get("/switch")).json()["halted"] is True


async def test_what_may_have_been_sent_becomes_unknown_and_what_is_due_later_still_waits(
    world: World, waits: tuple[UUID, UUID]
) -> None:
    """Catches a second hand-over of what went out between backup and failure."""
    campaign, customer = waits
    later_segment, later_customer = uuid4(), await world.customer()
    later = await world.campaign(segment=later_segment)
    await world.handle(world.moved(later_customer, into=later_segment))
    await world.execute(
        "update messages set not_before = not_before + interval '3 hours' where campaign_id = :id", id=later
    )
    answer = await world.api.put("/switch", json={"halted": False, "waiting": "unknown"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["halted"], answer.json()["restored_from"]) == (False, None)
    await world.send()
    assert (await world.states(campaign)) == {"unknown": 1}
    assert (await world.states(later)) == {"waiting": 1}
    settled = await world.emitted(customer, MessageSettled)
    assert [(event.outcome, event.reason) for event in settled] == [("unknown", "restored")]


async def test_after_a_move_in_which_nothing_ran_it_is_sent(world: World, waits: tuple[UUID, UUID]) -> None:
    """Catches a planned move that loses what waited."""
    campaign, _ = waits
    await world.api.put("/switch", json={"halted": False, "waiting": "send"})
    await world.send()
    assert (await world.states(campaign)) == {"handed_over": 1}
