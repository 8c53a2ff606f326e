"""Explain why a customer is in a segment or not, and when that changes by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.facts.service import objecting_among
from services.analytics.identity.errors import CustomerUnknown, ObjectsToProfiling
from services.analytics.identity.service import members_of, survivor_of
from services.analytics.memberships.repository import states
from services.analytics.memberships.service.histories import histories
from services.analytics.segments.domain.engine import State, blank, decode, needs_history
from services.analytics.segments.domain.engine.explain import Explanation, Reason, explain
from services.analytics.segments.domain.instants import from_datetime, to_datetime
from services.analytics.segments.service.definitions import live_segment
from services.analytics.segments.service.programs import Programs
from shared.customers.merges import groups_of
from shared.database.transaction import Tx


async def explain_membership(tx: Tx, programs: Programs, segment_id: UUID, customer_id: UUID) -> Explanation:
    """The tree of the version that answers, each node with its truth and what was found. Nothing is changed."""
    await live_segment(tx, segment_id)
    survivor = await survivor_of(tx, customer_id)
    stored = (await states.peek(tx, [survivor])).get(survivor)
    if await objecting_among(tx, await groups_of(tx, [survivor])):
        raise ObjectsToProfiling(
            "This customer objects to profiling and is in no segment.",
            cure="The objection is lifted at privacy: PUT /customers/{id}/profiling.",
            where="path:customer_id",
        )
    if stored is None:
        raise CustomerUnknown("Analytics has heard nothing of this customer.", where="path:customer_id")
    compiled = await programs.current(tx)
    state: State = decode(str(survivor), stored)
    now = max(state.time, from_datetime(tx.now))
    known = await histories(tx, await members_of(tx, [survivor]))
    if state.epoch != compiled.program.epoch and needs_history(compiled.program, state, now):
        state = blank(str(survivor))
    return explain(compiled.program, state, str(segment_id), now, known[survivor])


def as_json(reason: Reason) -> dict[str, Any]:
    """A node and what is below it."""
    return {
        "condition": reason.condition,
        "holds": reason.holds,
        "found": reason.found,
        "changes_at": _moment(reason.changes_at),
        "decides": reason.decides,
        "children": [as_json(child) for child in reason.children],
    }


def _moment(instant: int | None) -> datetime | None:
    return None if instant is None else to_datetime(instant)


def moments(found: Explanation) -> tuple[datetime, datetime | None]:
    """The instant that is explained, and when time alone will change the answer."""
    return to_datetime(found.at), _moment(found.changes_at)
