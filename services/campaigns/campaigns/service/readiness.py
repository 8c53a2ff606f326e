"""Whether a campaign that is to start would reach anybody: its segment, and its purpose."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Campaign, OneOff, wrong_with_service
from services.campaigns.campaigns.errors import NotForService, PurposeGrantedByNobody, SegmentNotReady
from services.campaigns.contacts.domain.contacts import is_marketing
from services.campaigns.contacts.repository import copies
from shared.database.transaction import Tx
from shared.errors import Refusal
from shared.nearest import nearest


async def refuse_unready(tx: Tx, campaign: Campaign) -> None:
    """Raises SegmentNotReady for a segment that is not known, archived or still being filled; PurposeGrantedByNobody
    for a one-off whose purpose nobody permits (who waits for events may be there before anybody does); NotForService
    for one that was made before service messages had rules."""
    if (wrong := wrong_with_service(campaign.definition)) is not None:
        raise NotForService(f"Not for service messages: {wrong[1]}.", cure="Change it first.", where=wrong[0])
    await _refuse_segment(tx, campaign)
    if isinstance(campaign.definition.trigger, OneOff) and (told := await purpose_warning(tx, campaign)):
        raise PurposeGrantedByNobody(
            told, cure="Correct the purpose, or record consent for it first.", where="/purpose"
        )


async def warnings(tx: Tx, campaign: Campaign) -> list[str]:
    """What would keep the campaign from starting, or may be a mistake."""
    told = [await purpose_warning(tx, campaign)]
    try:
        await refuse_unready(tx, campaign)
    except Refusal as refusal:
        told.append(refusal.detail)
    return list(dict.fromkeys(text for text in told if text))


async def purpose_warning(tx: Tx, campaign: Campaign) -> str | None:
    """What is odd about the campaign's purpose: nobody permits messages of it."""
    return await odd_purpose(tx, campaign.definition.purpose, campaign.definition.channel)


async def odd_purpose(tx: Tx, purpose: str, channel: str) -> str | None:
    """What to say when nobody permits messages of the purpose over the channel, with the nearest name."""
    if not is_marketing(purpose):
        return None
    granted = await copies.granted_purposes(tx, channel)
    if purpose in granted:
        return None
    near = nearest(purpose, granted)
    hint = f"Did you mean {near!r}?" if near else f"There is consent to: {', '.join(granted) or 'nothing yet'}."
    return f"Nobody permits messages of the purpose {purpose!r} by {channel}. {hint}"


async def _refuse_segment(tx: Tx, campaign: Campaign) -> None:
    if campaign.segment_id is not None:
        await refuse_segment(tx, campaign.segment_id, where="/trigger/segment_id")


async def refuse_segment(tx: Tx, segment_id: UUID, *, where: str) -> None:
    """Raises SegmentNotReady for a segment that is not known, archived, or still being filled."""
    segment = await copies.find_segment(tx, segment_id)
    if segment is None:
        raise SegmentNotReady(
            f"There is no segment {segment_id}, or campaigns has not heard of it yet.",
            cure="Look at GET /segments of analytics; one made just now is known here after a second or two.",
            where=where,
            state="unknown",
        )
    if segment.state == "archived":
        raise SegmentNotReady(
            f"The segment {segment.name or segment.segment_id} is archived: nobody enters or leaves it.",
            cure="Choose another segment.",
            where=where,
            state=segment.state,
        )
    if segment.state == "backfilling":
        raise SegmentNotReady(
            f"The segment {segment.name or segment.segment_id} is still being filled from history.",
            cure="Wait until it is live.",
            where=where,
            state=segment.state,
        )
