"""The terms of a campaign's messages, by which the gate judges them."""

from __future__ import annotations

from services.campaigns.campaigns.domain.campaign import Campaign, CampaignState, OneOff, SegmentTrigger, Trigger
from services.campaigns.gate.domain.terms import Holdout, SegmentCondition, Terms, TermsState

_STATES = {
    # A draft has no messages; if it had, they would not go.
    CampaignState.DRAFT: TermsState.OVER,
    # What is frozen already goes out while the rest follows.
    CampaignState.STARTING: TermsState.OPEN,
    CampaignState.RUNNING: TermsState.OPEN,
    CampaignState.PAUSED: TermsState.PAUSED,
    CampaignState.STOPPED: TermsState.OVER,
    # A message whose outcome was unknown can come back after the end of a one-off.
    CampaignState.FINISHED: TermsState.OPEN,
}


def terms_of(campaign: Campaign) -> Terms:
    """What holds for the campaign's messages as it is now, also for those that wait already."""
    definition = campaign.definition
    return Terms(
        campaign_id=campaign.id,
        name=definition.name,
        purpose=definition.purpose,
        channel=definition.channel,
        content=definition.content,
        state=_STATES[campaign.state],
        segment=_condition_of(definition.trigger),
        one_per_address=isinstance(definition.trigger, OneOff),
        cap=definition.cap,
        quiet_hours=definition.quiet_hours,
        holdout=Holdout(campaign.salt, definition.holdout_percent),
    )


def _condition_of(trigger: Trigger) -> SegmentCondition | None:
    """What triggered a message must still be true when it leaves; the audience of a one-off is frozen."""
    if not isinstance(trigger, SegmentTrigger):
        return None
    return SegmentCondition(trigger.segment_id, inside=trigger.kind == "segment_entered")
