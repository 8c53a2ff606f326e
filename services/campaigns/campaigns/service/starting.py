"""Freeze the audience of a one-off that is starting, piece by piece."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.campaigns.domain.campaign import CampaignState, Freezing
from services.campaigns.campaigns.repository import campaigns
from services.campaigns.campaigns.service.enrolment import enrol_members
from services.campaigns.contacts.repository import copies
from shared.database.transaction import Tx

# Members whose rows are locked at once: their messages and events wait for as long as one piece takes.
PIECE = 1_000


async def to_freeze(tx: Tx) -> list[UUID]:
    """Campaigns whose audience is not frozen to the end."""
    return await campaigns.starting(tx)


async def freeze_piece(tx: Tx, campaign_id: UUID, size: int = PIECE) -> bool:
    """The next members of the segment enter; False when that was the last piece, or the campaign is not starting any
    more.

    In the audience is who was in the segment at the start and still is when the piece comes by. A piece that is cut
    off leaves nothing behind, and one that comes twice changes nothing.
    """
    campaign = await campaigns.find(tx, campaign_id, lock=True)
    if campaign is None or campaign.state is not CampaignState.STARTING or campaign.segment_id is None:
        return False
    until = campaign.started_at or tx.now
    before = campaign.freezing
    members = before.members
    if members is None:
        members = await copies.count_members(tx, campaign.segment_id, until)
    piece = await copies.members_after(tx, campaign.segment_id, before.after, until, size)
    entered = before.entered + (await enrol_members(tx, campaign, piece) if piece else 0)
    done = len(piece) < size
    await campaigns.save_freezing(
        tx, campaign_id, Freezing(done, piece[-1] if piece else before.after, members, entered)
    )
    return not done
