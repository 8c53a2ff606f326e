"""Make, change, copy and put away journeys."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.campaigns.campaigns.service.campaigns import check_version
from services.campaigns.campaigns.service.checks import TemplateCheck
from services.campaigns.gate.service.terms import keep_terms
from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.journey import Journey, JourneyState, Version
from services.campaigns.journeys.domain.terms import terms_of
from services.campaigns.journeys.errors import JourneyNotFound, NotPossibleNow
from services.campaigns.journeys.repository import journeys
from services.campaigns.journeys.service.checks import refuse_bad, refuse_service
from shared.contracts.campaigns import CampaignChanged
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.security.api_keys import Principal


async def create_journey(tx: Tx, templates: TemplateCheck, definition: Definition, caller: Principal) -> Journey:
    """A new draft; nobody enters before it is started. Raises InvalidJourney, NotForService, ServiceScopeMissing."""
    refuse_service(definition, caller)
    await refuse_bad(templates, definition)
    return await _add_draft(tx, definition)


async def change_journey(
    tx: Tx,
    templates: TemplateCheck,
    journey_id: UUID,
    definition: Definition,
    *,
    expected_version: int | None,
    caller: Principal,
) -> Journey:
    """The draft is the new definition. Of a started journey nothing else changes before it is published. Raises
    JourneyNotFound, ChangedMeanwhile, InvalidJourney, NotPossibleNow."""
    refuse_service(definition, caller)
    # Before anything is locked: it asks others.
    await refuse_bad(templates, definition)
    journey = await get_journey(tx, journey_id, lock=True)
    check_version("journey", journey.version, expected_version)
    if journey.is_over or journey.archived:
        raise NotPossibleNow(
            "The journey is over.", cure="Clone it: POST /journeys/{id}/clone.", state=journey.state.value
        )
    if journey.live is not None and definition.purpose != journey.draft.purpose:
        raise NotPossibleNow(
            "A started journey keeps its purpose.", cure="Clone it and change the copy.", where="/purpose"
        )
    changed = replace(journey, draft=definition, version=journey.version + 1)
    await journeys.update(tx, changed)
    return changed


async def clone_journey(tx: Tx, journey_id: UUID, *, name: str | None, caller: Principal) -> Journey:
    """A new draft with the same definition, under the given name or as a copy. Raises JourneyNotFound."""
    origin = await get_journey(tx, journey_id)
    refuse_service(origin.draft, caller)
    return await _add_draft(tx, replace(origin.draft, name=name or f"{origin.draft.name[:190]} (copy)"))


async def archive_journey(tx: Tx, journey_id: UUID, *, archived: bool) -> Journey:
    """It is out of the list, or back in it. Raises NotPossibleNow while anybody may enter it."""
    journey = await get_journey(tx, journey_id, lock=True)
    if archived and journey.state in (JourneyState.RUNNING, JourneyState.PAUSED):
        raise NotPossibleNow(f"The journey is {journey.state}.", cure="Stop it first.", state=journey.state.value)
    changed = replace(journey, archived=archived, version=journey.version + 1)
    await journeys.update(tx, changed)
    return changed


async def get_journey(tx: Tx, journey_id: UUID, *, lock: bool = False) -> Journey:
    """The journey. Raises JourneyNotFound."""
    journey = await journeys.find(tx, journey_id, lock=lock)
    if journey is None:
        raise JourneyNotFound(f"There is no journey {journey_id}.", cure="List them with GET /journeys.")
    return journey


async def list_journeys(
    tx: Tx, *, after: UUID | None, state: JourneyState | None, archived: bool, limit: int
) -> list[Journey]:
    """Journeys in the order of their making, after the one named."""
    return await journeys.page(tx, after=after, state=state, archived=archived, limit=limit)


async def list_versions(tx: Tx, journey_id: UUID) -> list[Version]:
    """Every published version. Raises JourneyNotFound."""
    await get_journey(tx, journey_id)
    return await journeys.versions(tx, journey_id)


async def store(tx: Tx, journey: Journey) -> None:
    """The journey is stored as it is now, and its waiting messages are judged by that."""
    await journeys.update(tx, journey)
    for key, terms in terms_of(journey, await journeys.versions(tx, journey.id)):
        await keep_terms(tx, key, terms)


def emit_state(tx: Tx, journey: Journey) -> None:
    """The event of the journey's state; to others it is a campaign."""
    tx.publish(CampaignChanged(name=journey.draft.name, state=journey.state.value), subject=journey.id)


async def _add_draft(tx: Tx, definition: Definition) -> Journey:
    journey = Journey(
        id=new_id(),
        version=1,
        state=JourneyState.DRAFT,
        draft=definition,
        live=None,
        salt=new_id(),
        run_id=new_id(),
        created_at=tx.now,
    )
    await journeys.add(tx, journey)
    emit_state(tx, journey)
    return journey
