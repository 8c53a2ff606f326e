"""Start, pause, resume, stop and finish campaigns."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Action, Campaign, OneOff, after
from services.campaigns.campaigns.errors import NotPossible
from services.campaigns.campaigns.repository import campaigns
from services.campaigns.campaigns.service.campaigns import (
    check_version,
    emit_state,
    get_campaign,
    store_changed,
)
from services.campaigns.campaigns.service.checks import TemplateCheck
from services.campaigns.campaigns.service.enrolment import freeze_audience
from services.campaigns.messages.repository import ledger
from shared.database.transaction import Tx


async def start_campaign(
    tx: Tx, templates: TemplateCheck, campaign_id: UUID, *, expected_version: int | None, by: str
) -> tuple[Campaign, int]:
    """The campaign runs. A one-off's audience is frozen: everybody in its segment now, and nobody who joins later.
    Returns the campaign and how many entered with the start."""
    # Before anything is locked: it asks others.
    await templates.refuse_bad((await get_campaign(tx, campaign_id)).definition)
    campaign = await _move(tx, campaign_id, "start", expected_version=expected_version, by=by)
    trigger = campaign.definition.trigger
    entered = await freeze_audience(tx, campaign, trigger.segment_id) if isinstance(trigger, OneOff) else 0
    return campaign, entered


async def pause_campaign(tx: Tx, campaign_id: UUID, *, expected_version: int | None, by: str) -> Campaign:
    """Nothing more is handed over; whoever enters waits."""
    return await _move(tx, campaign_id, "pause", expected_version=expected_version, by=by)


async def resume_campaign(tx: Tx, campaign_id: UUID, *, expected_version: int | None, by: str) -> Campaign:
    """What waited for the pause to end is due."""
    campaign = await _move(tx, campaign_id, "resume", expected_version=expected_version, by=by)
    await ledger.make_due(tx, campaign_id, "campaign-paused")
    return campaign


async def stop_campaign(tx: Tx, campaign_id: UUID, *, expected_version: int | None, by: str) -> Campaign:
    """Over for ever. What still waits becomes due and is refused by the gate, each with its reason."""
    campaign = await _move(tx, campaign_id, "stop", expected_version=expected_version, by=by)
    await ledger.make_all_due(tx, campaign_id)
    return campaign


async def finish_one_offs(tx: Tx) -> int:
    """Running one-offs of which nothing waits any more are finished."""
    through = await campaigns.finished_one_offs(tx)
    for campaign in through:
        await _store(tx, campaign, "finish", by="campaigns")
    return len(through)


async def _move(tx: Tx, campaign_id: UUID, action: Action, *, expected_version: int | None, by: str) -> Campaign:
    campaign = await get_campaign(tx, campaign_id, lock=True)
    check_version(campaign, expected_version)
    return await _store(tx, campaign, action, by=by)


async def _store(tx: Tx, campaign: Campaign, action: Action, *, by: str) -> Campaign:
    state = after(campaign.state, action)
    if state is None:
        possible = [move for move in get_args(Action) if move != "finish" and after(campaign.state, move) is not None]
        raise NotPossible(
            f"The campaign is {campaign.state}: {action} is not possible.",
            cure=f"Possible now: {', '.join(possible)}." if possible else "It stays as it is; make a new one.",
            state=campaign.state.value,
        )
    moved = replace(
        campaign,
        state=state,
        version=campaign.version + 1,
        started_at=tx.now if action == "start" else campaign.started_at,
    )
    await store_changed(tx, moved, by)
    emit_state(tx, moved)
    return moved
