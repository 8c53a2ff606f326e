"""HTTP door of the timeline: for those who may read what happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from services.interactions.timeline.domain import Filters, Interaction
from services.interactions.timeline.schemas import CountOut, InteractionOut, StatsOut
from services.interactions.timeline.service import count_interactions, read_interaction, read_timeline
from shared.contracts.interactions import Channel
from shared.contracts.times import Instant
from shared.web import APIRouter, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(tags=["timeline"], dependencies=[requires("interactions:read")])

Kind = Literal["purchase", "return", "contact", "exposure", "response", "browsing", "custom"]
_DEFAULT_PERIOD = timedelta(days=30)


@router.get("/customers/{customer_id}/timeline")
async def get_timeline(
    tx: TxDep,
    customer_id: UUID,
    kind: Kind | None = None,
    channel: Channel | None = None,
    campaign: UUID | None = None,
    since: Annotated[Instant | None, Query(description="inclusive")] = None,
    until: Annotated[Instant | None, Query(description="exclusive")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[InteractionOut]:
    """What happened with a customer, newest first, under every id that is an alias of theirs."""
    filters = Filters(kind=kind, channel=channel, campaign_id=campaign, since=since, until=until)
    found = await read_timeline(tx, customer_id, filters, _key_in(after), limit + 1)
    shown = found[:limit]
    last = _cursor(shown[-1]) if len(found) > limit else None
    return Page(items=[InteractionOut.of(interaction) for interaction in shown], next=last)


@router.get("/interactions/{interaction_id}")
async def get_interaction(tx: TxDep, interaction_id: UUID) -> InteractionOut:
    """One interaction."""
    return InteractionOut.of(await read_interaction(tx, interaction_id))


@router.get("/stats")
async def get_stats(
    tx: TxDep,
    since: Annotated[Instant | None, Query(description="30 days before `until` when absent")] = None,
    until: Annotated[Instant | None, Query(description="now when absent")] = None,
) -> StatsOut:
    """How much happened in a period, by kind and origin."""
    until = until or tx.now
    since = since or until - _DEFAULT_PERIOD
    counts = await count_interactions(tx, since, until)
    return StatsOut(
        since=since,
        until=until,
        interactions=sum(count.interactions for count in counts),
        counts=[CountOut.of(count) for count in counts],
    )


def _cursor(last: Interaction) -> str:
    return encode_cursor({"time": last.time, "id": last.id})


def _key_in(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        key = decode_cursor(cursor)
        time = datetime.fromisoformat(key["time"])
        if time.tzinfo is None:
            raise ValueError("no time zone")
        return time, UUID(key["id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after") from None
