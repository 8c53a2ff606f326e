"""Open service cases, work on them, and find them. What they are about stays here; others hear states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.interactions.cases import repository
from services.interactions.cases.domain import (
    Case,
    CaseFilter,
    CaseMessage,
    CaseStep,
    Direction,
    after_message,
    changed,
    differences,
    due_of,
)
from services.interactions.cases.errors import CaseChangedMeanwhile, CaseNotFound, CustomerErased, NotTheirContact
from services.interactions.identity.service import alias_group, erased_among, lock_against_erasures
from shared.contracts.interactions import CaseChanged, CaseKind, CasePriority, Channel
from shared.database.transaction import Tx
from shared.ids import new_id

MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a case is opened with. `customer_id` may be missing where `interaction_id` names a contact."""

    customer_id: UUID | None
    kind: CaseKind
    subject: str
    priority: CasePriority
    owner: str | None
    channel: Channel | None
    due_at: datetime | None
    interaction_id: UUID | None
    message: str | None


async def open_case(tx: Tx, wanted: NewCase, by: str) -> Case:
    """The case is open, and others hear that there is one. Raises NotTheirContact or CustomerErased."""
    await lock_against_erasures(tx)
    customer_id, channel = await _whose(tx, wanted)
    if await erased_among(tx, await alias_group(tx, customer_id)):
        raise CustomerErased("This customer was erased.", cure="Nothing more is recorded about them.")
    case = Case(
        id=new_id(),
        customer_id=customer_id,
        kind=wanted.kind,
        state="open",
        priority=wanted.priority,
        subject=wanted.subject,
        owner=wanted.owner,
        channel=channel,
        interaction_id=wanted.interaction_id,
        opened_at=tx.now,
        opened_by=by,
        due_at=wanted.due_at or due_of(wanted.priority, tx.now),
        changed_at=tx.now,
        solved_at=None,
        closed_at=None,
        reopened=0,
        version=1,
    )
    await repository.insert(tx, case)
    await repository.add_step(tx, case, CaseStep(tx.now, by, {"state": [None, "open"]}))
    if wanted.message is not None:
        await repository.add_message(tx, case, _message(tx, case, by, "in", wanted.message))
    _tell(tx, case)
    return case


async def change_case(tx: Tx, id: UUID, values: Mapping[str, Any], expected: int | None, by: str) -> Case:
    """The case has these values; others hear of another state or priority. Raises CaseNotFound, CaseMoveRefused, or
    CaseChangedMeanwhile where it is no longer at the version `expected`."""
    await lock_against_erasures(tx)
    case = await _locked(tx, id)
    if expected is not None and case.version != expected:
        raise CaseChangedMeanwhile(
            f"The case is at version {case.version}, not {expected}.", cure="Read it again and decide anew."
        )
    return await _store(tx, case, changed(case, values, tx.now), by)


async def add_message(tx: Tx, id: UUID, direction: Direction, text: str, by: str) -> CaseMessage:
    """It is part of the case; a customer's answer opens a case that waited for it or was done with. Raises
    CaseNotFound."""
    await lock_against_erasures(tx)
    case = await _locked(tx, id)
    message = _message(tx, case, by, direction, text)
    await repository.add_message(tx, case, message)
    await _store(tx, case, after_message(case, direction, tx.now), by)
    return message


async def read_case(tx: Tx, id: UUID) -> Case:
    """The case. Raises CaseNotFound."""
    case = await repository.find(tx, id)
    if case is None:
        raise _missing(id)
    return case


async def read_steps(tx: Tx, id: UUID) -> list[CaseStep]:
    """The newest 500 changes of the case, in their order."""
    return await repository.steps_of(tx, id, MOST_STEPS)


async def list_messages(tx: Tx, id: UUID, after: UUID | None, limit: int) -> list[CaseMessage]:
    """What was said in the case, in its order. Raises CaseNotFound."""
    await read_case(tx, id)
    return await repository.messages_of(tx, id, after, limit)


async def list_cases(
    tx: Tx, wanted: CaseFilter, customer_id: UUID | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Case]:
    """Cases in the order in which they are due; of one customer, under any of their ids."""
    group: Sequence[UUID] | None = None if customer_id is None else await alias_group(tx, customer_id)
    return await repository.page(tx, wanted, group, after, limit)


async def _whose(tx: Tx, wanted: NewCase) -> tuple[UUID, Channel | None]:
    if wanted.interaction_id is None:
        if wanted.customer_id is None:
            raise NotTheirContact("Neither a customer nor a contact is named.", cure="Name one.", where="/customer_id")
        return wanted.customer_id, wanted.channel
    contact = await repository.contact(tx, wanted.interaction_id)
    group = [] if contact is None else await alias_group(tx, contact[0])
    if contact is None or wanted.customer_id not in (None, *group):
        raise NotTheirContact(
            "There is no contact with this id and this customer.",
            cure="Send the id of an interaction of the kind contact, as the timeline shows it.",
            where="/interaction_id",
        )
    channel: Any = contact[1]
    return wanted.customer_id or contact[0], wanted.channel or channel


async def _locked(tx: Tx, id: UUID) -> Case:
    case = await repository.find(tx, id, lock=True)
    if case is None:
        raise _missing(id)
    return case


async def _store(tx: Tx, before: Case, after: Case, by: str) -> Case:
    if after is before:
        return before
    await repository.update(tx, after)
    await repository.add_step(tx, after, CaseStep(tx.now, by, differences(before, after)))
    if (before.state, before.priority, before.kind) != (after.state, after.priority, after.kind):
        _tell(tx, after)
    return after


def _tell(tx: Tx, case: Case) -> None:
    fact = CaseChanged(case_id=case.id, kind=case.kind, state=case.state, priority=case.priority)
    tx.publish(fact, subject=case.customer_id, time=tx.now)


def _message(tx: Tx, case: Case, by: str, direction: Direction, text: str) -> CaseMessage:
    return CaseMessage(new_id(), case.id, tx.now, by, direction, text)


def _missing(id: UUID) -> CaseNotFound:
    return CaseNotFound(f"There is no case {id}.", cure="Look at GET /cases.", where="path:case_id")
