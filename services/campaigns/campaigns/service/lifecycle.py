"""Start, pause, resume, stop and finish campaigns."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Action, Campaign, CampaignState, Freezing, OneOff, after
from services.campaigns.campaigns.errors import NotPossible
from services.campaigns.campaigns.repository import campaigns
from services.campaigns.campaigns.service.campaigns import (
    check_version,
    emit_state,
    get_campaign,
    refuse_without_scope,
    store_changed,
)
from services.campaigns.campaigns.service.checks import TemplateCheck
from services.campaigns.campaigns.service.readiness import refuse_unready
from services.campaigns.messages.repository import ledger
from services.campaigns.settings.service import refuse_held_back
from shared.database.transaction import Tx
from shared.security.api_keys import Principal


async def start_campaign(
    tx: Tx,
    templates: TemplateCheck,
    campaign_id: UUID,
    *,
    expected_version: int | None,
    caller: Principal,
    within_allow_list: bool = False,
) -> Campaign:
    """The campaign runs. A one-off is starting: its audience is frozen piece by piece from now on, everybody who is in
    its segment now and nobody who joins later. Raises what is wrong with templates, segment or purpose; AllowListHolds
    while one does, unless that is what is wanted."""
    if not within_allow_list:
        await refuse_held_back(tx)
    # Before anything is locked: it asks others.
    await templates.refuse_bad((await get_campaign(tx, campaign_id)).definition)
    return await _move(tx, campaign_id, "start", expected_version=expected_version, caller=caller)


async def pause_campaign(tx: Tx, campaign_id: UUID, *, expected_version: int | None, caller: Principal) -> Campaign:
    """Nothing more is handed over; whoever enters waits."""
    return await _move(tx, campaign_id, "pause", expected_version=expected_version, caller=caller)


async def resume_campaign(tx: Tx, campaign_id: UUID, *, expected_version: int | None, caller: Principal) -> Campaign:
    """What waited for the pause to end is due. Raises SegmentNotReady when there is nothing to wait for any more."""
    campaign = await _move(tx, campaign_id, "resume", expected_version=expected_version, caller=caller)
    await ledger.make_due(tx, campaign_id, "campaign-paused")
    return campaign


async def pause_for(tx: Tx, campaign: Campaign, reason: str) -> Campaign:
    """The campaign, which is locked, is paused by the service itself and shows why."""
    return await _store(tx, campaign, "pause", by="campaigns", reason=reason)


async def stop_campaign(tx: Tx, campaign_id: UUID, *, expected_version: int | None, caller: Principal) -> Campaign:
    """Over for ever. What still waits becomes due and is refused by the gate, each with its reason."""
    campaign = await _move(tx, campaign_id, "stop", expected_version=expected_version, caller=caller)
    await ledger.make_all_due(tx, campaign_id)
    return campaign


async def finish_one_offs(tx: Tx) -> int:
    """Running one-offs of which nothing waits any more are finished."""
    through = await campaigns.finished_one_offs(tx)
    for campaign in through:
        await _store(tx, campaign, "finish", by="campaigns")
    return len(through)


async def _move(
    tx: Tx, campaign_id: UUID, action: Action, *, expected_version: int | None, caller: Principal
) -> Campaign:
    campaign = await get_campaign(tx, campaign_id, lock=True)
    check_version("campaign", campaign.version, expected_version)
    if action in ("start", "resume") and after(campaign.state, action) is not None:
        refuse_without_scope(campaign.definition, caller)
        await refuse_unready(tx, campaign)
    return await _store(tx, campaign, action, by=caller.id)


async def _store(tx: Tx, campaign: Campaign, action: Action, *, by: str, reason: str | None = None) -> Campaign:
    state = after(campaign.state, action)
    if state is None:
        possible = [move for move in get_args(Action) if move != "finish" and after(campaign.state, move) is not None]
        raise NotPossible(
            f"The campaign is {campaign.state}: {action} is not possible.",
            cure=f"Possible now: {', '.join(possible)}." if possible else "It stays as it is; make a new one.",
            state=campaign.state.value,
        )
    freezing = campaign.freezing
    if action == "start" and isinstance(campaign.definition.trigger, OneOff):
        freezing = Freezing(done=False)
    elif action == "stop":
        freezing = replace(freezing, done=True)
    running = state is CampaignState.RUNNING
    moved = replace(
        campaign,
        state=CampaignState.STARTING if running and not freezing.done else state,
        version=campaign.version + 1,
        started_at=tx.now if action == "start" else campaign.started_at,
        running_since=tx.now if running else campaign.running_since,
        state_reason=reason,
        freezing=freezing,
    )
    await store_changed(tx, moved, by)
    emit_state(tx, moved)
    return moved
