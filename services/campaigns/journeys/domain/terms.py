"""The terms by which the gate judges a journey's messages: one for each sending node of each version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID

from services.campaigns.gate.domain.holdout import is_held_out
from services.campaigns.gate.domain.terms import Holdout, SegmentCondition, Terms, TermsState
from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.journey import Journey, JourneyState, Version
from services.campaigns.journeys.domain.nodes import Send
from shared.ids import digest_id

_STATES = {
    JourneyState.DRAFT: TermsState.OVER,
    JourneyState.RUNNING: TermsState.OPEN,
    JourneyState.PAUSED: TermsState.PAUSED,
    JourneyState.STOPPED: TermsState.OVER,
}


def terms_id(journey_id: UUID, version: int, node: str, *, held_out: bool) -> UUID:
    """The id of a node's terms. Those who are held out have terms of their own: whether somebody is was decided at
    their entry, and a merge does not change it. UUID version 8."""
    return digest_id(hashlib.sha256(journey_id.bytes + f"{version}\n{node}\n{held_out}".encode()).digest())


def is_held_out_of(journey: Journey, definition: Definition, seed: UUID) -> bool:
    """Whether a traveller with this seed gets nothing, to see what the journey brings about."""
    return is_held_out(seed, journey.salt, definition.holdout_percent)


def terms_of(journey: Journey, versions: list[Version]) -> Iterator[tuple[UUID, Terms]]:
    """What holds for the messages of these versions as the journey is now, also for those that wait already."""
    for version in versions:
        for name, send in version.definition.sends:
            for held_out in (False, True) if version.definition.holdout_percent else (False,):
                key = terms_id(journey.id, version.number, name, held_out=held_out)
                yield key, node_terms(journey, version.definition, send, held_out=held_out)


def node_terms(journey: Journey, definition: Definition, send: Send, *, held_out: bool = False) -> Terms:
    """What holds for the messages of one node."""
    return Terms(
        campaign_id=journey.id,
        name=definition.name,
        purpose=definition.purpose,
        channel=send.channel,
        content=send.content,
        state=_STATES[journey.state],
        segment=SegmentCondition(send.only_if.segment_id, send.only_if.inside) if send.only_if else None,
        cap=definition.cap,
        quiet_hours=definition.quiet_hours,
        holdout=Holdout(journey.salt, 100.0 if held_out else 0.0),
    )
