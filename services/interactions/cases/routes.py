"""Service cases: opened, worked on, listed for whoever takes care of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.interactions.cases import service
from services.interactions.cases.domain import ACTIVE, Case, CaseFilter
from services.interactions.cases.schemas import (
    CaseChangeIn,
    CaseIn,
    CaseMessageIn,
    CaseMessageOut,
    CaseOut,
    CaseWithStepsOut,
    StateFilter,
)
from shared.contracts.interactions import CaseKind, CasePriority, CaseState
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import (
    DEFAULT_LIMIT,
    After,
    InvalidCursor,
    Limit,
    Page,
    decode_cursor,
    encode_cursor,
    id_in,
)

router = APIRouter(prefix="/cases", tags=["cases"])
_READ, _WRITE = requires("cases:read"), requires("cases:write")


@router.post("", status_code=201, dependencies=[_WRITE])
async def open_case(tx: TxDep, caller: CallerDep, body: CaseIn) -> CaseOut:
    """Open a case for a customer, or from a contact with them. Send an `Idempotency-Key`, and a repeat opens none."""
    return CaseOut.of(await service.open_case(tx, body.case(), caller.id), tx.now)


@router.get("", dependencies=[_READ])
async def list_cases(
    tx: TxDep,
    state: Annotated[StateFilter, Query(description="active: open, pending and reopened")] = "active",
    kind: Annotated[CaseKind | None, Query(description="of this kind")] = None,
    priority: Annotated[CasePriority | None, Query(description="of this priority")] = None,
    owner: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$", description="taken care of by")] = None,
    unowned: Annotated[bool, Query(description="that nobody takes care of")] = False,
    overdue: Annotated[bool, Query(description="active ones that should have been solved by now")] = False,
    customer_id: Annotated[UUID | None, Query(description="of this customer, under any of their ids")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CaseOut]:
    """Cases, those that are due first first."""
    states = _states(state)
    if overdue:
        states = ACTIVE if states is None else ACTIVE & states
    wanted = CaseFilter(states, kind, priority, owner, unowned, tx.now if overdue else None)
    found = await service.list_cases(tx, wanted, customer_id, _key_in(after), limit + 1)
    shown = found[:limit]
    cursor = _cursor(shown[-1]) if len(found) > limit else None
    return Page(items=[CaseOut.of(case, tx.now) for case in shown], next=cursor)


@router.get("/{case_id}", dependencies=[_READ])
async def read_case(tx: TxDep, case_id: UUID) -> CaseWithStepsOut:
    """One case with its history."""
    case = await service.read_case(tx, case_id)
    return CaseWithStepsOut.with_steps(case, await service.read_steps(tx, case_id), tx.now)


@router.patch("/{case_id}", dependencies=[_WRITE])
async def change_case(tx: TxDep, caller: CallerDep, case_id: UUID, body: CaseChangeIn) -> CaseOut:
    """Change its state, owner, priority, due time or subject."""
    return CaseOut.of(await service.change_case(tx, case_id, body.values(), body.version, caller.id), tx.now)


@router.post("/{case_id}/messages", status_code=201, dependencies=[_WRITE])
async def add_message(tx: TxDep, caller: CallerDep, case_id: UUID, body: CaseMessageIn) -> CaseMessageOut:
    """Write down what was said. A customer's message (`in`) opens a case that waited for them, and reopens one that was
    solved or closed."""
    return CaseMessageOut.of(await service.add_message(tx, case_id, body.direction, body.text, caller.id))


@router.get("/{case_id}/messages", dependencies=[_READ])
async def list_messages(
    tx: TxDep, case_id: UUID, after: After = None, limit: Limit = DEFAULT_LIMIT
) -> Page[CaseMessageOut]:
    """What was said in the case, in its order."""
    found = await service.list_messages(tx, case_id, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].id}) if len(found) > limit else None
    return Page(items=[CaseMessageOut.of(message) for message in found[:limit]], next=cursor)


def _states(state: StateFilter) -> frozenset[CaseState] | None:
    if state == "any":
        return None
    return ACTIVE if state == "active" else frozenset({state})


def _cursor(last: Case) -> str:
    return encode_cursor({"due_at": last.due_at, "id": last.id})


def _key_in(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        key = decode_cursor(cursor)
        due_at = datetime.fromisoformat(key["due_at"])
        if due_at.tzinfo is None:
            raise ValueError("no time zone")
        return due_at, UUID(key["id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after") from None
