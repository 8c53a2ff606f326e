"""Start, publish, pause, resume and stop journeys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import get_args
from uuid import UUID

from services.campaigns.campaigns.service.campaigns import check_version
from services.campaigns.campaigns.service.checks import TemplateCheck
from services.campaigns.config import Settings
from services.campaigns.gate.service.knowledge import zone_of
from services.campaigns.journeys.domain.checking import nearest
from services.campaigns.journeys.domain.definition import Audience, Definition, Schedule
from services.campaigns.journeys.domain.journey import Action, Journey, JourneyState, PauseMode, Version, after
from services.campaigns.journeys.domain.waiting import next_time
from services.campaigns.journeys.errors import InvalidJourney, NotPossibleNow
from services.campaigns.journeys.repository import journeys, moves, visits
from services.campaigns.journeys.repository.visits import CountKey
from services.campaigns.journeys.service.checks import refuse_bad, refuse_service, refuse_unready
from services.campaigns.journeys.service.ending import end_all
from services.campaigns.journeys.service.journeys import emit_state, get_journey, store
from services.campaigns.messages.repository import ledger
from services.campaigns.settings.service import refuse_held_back
from shared.database.transaction import Tx
from shared.security.api_keys import Principal


async def start_journey(
    tx: Tx,
    settings: Settings,
    templates: TemplateCheck,
    journey_id: UUID,
    *,
    expected_version: int | None,
    caller: Principal,
    within_allow_list: bool = False,
) -> Journey:
    """The draft is published as version 1 and customers enter from now on. Raises what is wrong with its templates or
    segments; AllowListHolds while one does, unless that is what is wanted."""
    if not within_allow_list:
        await refuse_held_back(tx)
    # Before anything is locked: it asks others.
    await refuse_bad(templates, (await get_journey(tx, journey_id)).draft)
    journey = await _checked(tx, journey_id, "start", expected_version)
    refuse_service(journey.draft, caller)
    await refuse_unready(tx, journey.draft)
    await _publish(tx, journey, 1, caller)
    return await _move(
        tx,
        replace(
            journey,
            live=1,
            started_at=tx.now,
            filling=isinstance(journey.draft.entry, Audience),
            scheduled_at=next_run(settings, journey.draft, tx.now),
        ),
        "start",
    )


async def publish_journey(
    tx: Tx,
    settings: Settings,
    templates: TemplateCheck,
    journey_id: UUID,
    *,
    moving: Mapping[str, str] | None,
    expected_version: int | None,
    caller: Principal,
) -> Journey:
    """The draft is the next version, which newcomers enter. Those inside finish their own version; with `moving`, those
    who stand at one of its nodes go on in the new version from the node that it names, and the others finish theirs.

    Raises InvalidJourney, NotPossibleNow.
    """
    await refuse_bad(templates, (await get_journey(tx, journey_id)).draft)
    journey = await get_journey(tx, journey_id, lock=True)
    check_version("journey", journey.version, expected_version)
    if journey.live is None or journey.is_over:
        raise NotPossibleNow(
            f"The journey is {journey.state}.",
            cure="Start it." if journey.state is JourneyState.DRAFT else "Clone it.",
            state=journey.state.value,
        )
    refuse_service(journey.draft, caller)
    await refuse_unready(tx, journey.draft)
    number = journey.live + 1
    _refuse_moves(journey.draft, moving or {})
    await _publish(tx, journey, number, caller)
    published = replace(
        journey,
        live=number,
        version=journey.version + 1,
        scheduled_at=next_run(settings, journey.draft, tx.now) if journey.state is JourneyState.RUNNING else None,
    )
    await store(tx, published)
    if moving:
        counts: Counter[CountKey] = Counter()
        for moved in await moves.move_to_version(tx, journey.id, number, moving):
            counts[CountKey(journey.id, moved.version, moved.old, "moved")] += moved.count
            counts[CountKey(journey.id, number, moved.new, "arrived")] += moved.count
        await visits.count(tx, counts)
    return published


async def pause_journey(tx: Tx, journey_id: UUID, *, mode: PauseMode, expected_version: int | None) -> Journey:
    """No message of it is handed over. Those inside stand still (hold), go on without messages (skip), or leave (drop);
    whoever enters meanwhile waits at the first node."""
    journey = await _checked(tx, journey_id, "pause", expected_version)
    return await _move(tx, replace(journey, paused_at=tx.now, pause_mode=mode), "pause")


async def pause_for(tx: Tx, journey: Journey, reason: str) -> Journey:
    """The journey, which is locked, is paused by the service itself, holds everybody and shows why."""
    held = replace(journey, paused_at=tx.now, pause_mode="hold", state_reason=reason)
    return await _move(tx, held, "pause")


async def resume_journey(
    tx: Tx, settings: Settings, journey_id: UUID, *, expected_version: int | None, caller: Principal
) -> Journey:
    """What waited for the pause to end is due; what was due in the meantime counts from now."""
    journey = await _checked(tx, journey_id, "resume", expected_version)
    refuse_service(journey.draft, caller)
    live = await journeys.find_versions(tx, [(journey.id, journey.live or 0)])
    for version in live.values():
        await refuse_unready(tx, version.definition)
    if journey.pause_mode == "drop":
        await end_all(tx, journey.id, "dropped", entered_before=journey.paused_at)
    resumed = replace(
        journey,
        paused_at=None,
        pause_mode=None,
        state_reason=None,
        scheduled_at=next_run(settings, journey.draft, tx.now),
    )
    moved = await _move(tx, resumed, "resume")
    await ledger.make_due(tx, journey_id, "campaign-paused")
    return moved


async def stop_journey(tx: Tx, journey_id: UUID, *, expected_version: int | None) -> Journey:
    """Over for ever: everybody inside leaves, and what still waits in the ledger is refused."""
    journey = await _checked(tx, journey_id, "stop", expected_version)
    stopped = await _move(tx, replace(journey, filling=False, scheduled_at=None), "stop")
    await ledger.make_all_due(tx, journey_id)
    return stopped


def next_run(settings: Settings, definition: Definition, now: datetime) -> datetime | None:
    """When the members of the segment enter next, by the firm's zone; None without a schedule."""
    entry = definition.entry
    if not isinstance(entry, Schedule):
        return None
    return next_time(entry.at, entry.weekdays, zone_of(None, settings.default_time_zone), now)


async def _checked(tx: Tx, journey_id: UUID, action: Action, expected_version: int | None) -> Journey:
    """The journey, locked, when the action is possible. Raises JourneyNotFound, ChangedMeanwhile, NotPossibleNow."""
    journey = await get_journey(tx, journey_id, lock=True)
    check_version("journey", journey.version, expected_version)
    if after(journey.state, action) is None or journey.archived:
        possible = [move for move in get_args(Action) if after(journey.state, move) is not None]
        raise NotPossibleNow(
            f"The journey is {'archived' if journey.archived else journey.state}: {action} is not possible.",
            cure=f"Possible now: {', '.join(possible)}." if possible else "It stays as it is; clone it.",
            state=journey.state.value,
        )
    return journey


async def _move(tx: Tx, journey: Journey, action: Action) -> Journey:
    state = after(journey.state, action)
    assert state is not None, "it was checked"
    moved = replace(
        journey,
        state=state,
        version=journey.version + 1,
        running_since=tx.now if state is JourneyState.RUNNING else journey.running_since,
    )
    await store(tx, moved)
    emit_state(tx, moved)
    return moved


async def _publish(tx: Tx, journey: Journey, number: int, caller: Principal) -> None:
    await journeys.add_version(tx, Version(journey.id, number, journey.draft, tx.now, caller.id))


def _refuse_moves(draft: Definition, moving: Mapping[str, str]) -> None:
    for old, new in moving.items():
        if new not in draft.nodes:
            raise InvalidJourney(
                f"There is no node {new!r} in the new version.",
                cure=nearest(new, list(draft.nodes)),
                where=f"/move/{old}",
            )
