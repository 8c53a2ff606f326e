"""Take requests of data subjects and lead each to its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.privacy.consents.domain.ledger import Proof
from services.privacy.consents.service.withdrawals import withdraw_unless_erased
from services.privacy.erasures.service import requests as erasures
from services.privacy.identity.domain import NamedAddress
from services.privacy.profiling.service import object_to_profiling
from services.privacy.requests import repository
from services.privacy.requests.domain.requests import (
    DEADLINE,
    LONGEST_EXTENSION_DAYS,
    Kind,
    RequestState,
    SubjectRequest,
)
from services.privacy.requests.errors import (
    AlreadyExtended,
    ErasingNeedsScope,
    IdentityMissing,
    NotByHand,
    ReceivedLater,
    RequestClosed,
    RequestNotFound,
)
from services.privacy.restrictions.service import restrict
from shared.customers.merges import groups_of
from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.ids import new_id

# Who is named in steps that the machine took.
BY_MACHINE = "privacy"
# Which a key needs beside the one for requests, when a request comes to that.
ERASING_SCOPE = "privacy:erase"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a data subject asks, as somebody took it down; `addresses` are those that were named beside the customer."""

    customer_id: UUID
    kind: Kind
    language: str
    note: str
    taken_by: str
    received_at: datetime | None = None
    identity_checked: bool = False
    addresses: tuple[NamedAddress, ...] = ()
    second_selves: tuple[UUID, ...] = ()


async def take_request(tx: Tx, naming: Naming, asked: Asked, *, may_erase: bool) -> SubjectRequest:
    """The request is kept with its deadline, which runs from its receipt; with the identity checked it is acted on.

    Asked again while it is open, it is the same request, with the first deadline. Raises ReceivedLater, and
    ErasingNeedsScope when it would erase.
    """
    group = (await groups_of(tx, [asked.customer_id]))[asked.customer_id]
    received_at = asked.received_at or tx.now
    if received_at > tx.now + timedelta(minutes=5):
        raise ReceivedLater("A request is received before it is taken down.", where="/received_at")
    request = await repository.open_for(tx, sorted(group.members), asked.kind)
    if request is None:
        request = SubjectRequest(
            request_id=new_id(),
            customer_id=group.root,
            kind=asked.kind,
            state=RequestState.WAITING,
            received_at=received_at,
            due_at=received_at + DEADLINE,
            language=asked.language,
            note=asked.note,
            addresses=asked.addresses,
            second_selves=asked.second_selves,
        )
        await repository.store(tx, request)
        await repository.add_step(tx, request.request_id, asked.taken_by, "received")
    else:
        await repository.add_step(tx, request.request_id, asked.taken_by, "asked-again")
        if request.state is RequestState.WAITING:
            request = request.naming(asked.addresses, asked.second_selves)
            await repository.store(tx, request)
    if asked.identity_checked and request.state is RequestState.WAITING:
        await _begin(tx, naming, request, asked.taken_by, may_erase=may_erase)
    return await show_request(tx, request.request_id)


async def check_identity(
    tx: Tx, naming: Naming, request_id: UUID, checked_by: str, how: str, *, may_erase: bool
) -> SubjectRequest:
    """The person is who they say: what they asked for is begun. Raises RequestNotFound, RequestClosed,
    ErasingNeedsScope."""
    request = await _open(tx, request_id)
    if request.state is RequestState.WAITING:
        await _begin(tx, naming, request, checked_by, how, may_erase=may_erase)
    return await show_request(tx, request_id)


async def extend(tx: Tx, request_id: UUID, by: str, *, days: int, reason: str) -> SubjectRequest:
    """The deadline is later, once and by sixty days at most, for a reason that the person is told. Raises
    RequestNotFound, RequestClosed, AlreadyExtended."""
    request = await _open(tx, request_id)
    if request.extended_for is not None:
        raise AlreadyExtended("The law allows one extension.", cure="Answer it, or refuse it with a reason.")
    later = request.due_at + timedelta(days=min(days, LONGEST_EXTENSION_DAYS))
    await repository.store(tx, replace(request, due_at=later, extended_for=reason))
    await repository.add_step(tx, request_id, by, "extended", f"{days} days: {reason}")
    return await show_request(tx, request_id)


async def refuse(tx: Tx, request_id: UUID, by: str, reason: str) -> SubjectRequest:
    """The request is refused, with the reason that the person is told. Raises RequestNotFound, RequestClosed."""
    request = await _open(tx, request_id)
    await _close(tx, request, RequestState.REFUSED, by, "refused", reason)
    return await show_request(tx, request_id)


async def complete(tx: Tx, request_id: UUID, by: str, what_was_done: str) -> SubjectRequest:
    """An officer did what was asked: for corrections, which people make. Raises RequestNotFound, RequestClosed,
    IdentityMissing, NotByHand."""
    request = await _open(tx, request_id)
    if request.state is RequestState.WAITING:
        raise IdentityMissing("Check the identity first.", cure="POST /requests/{id}/identity-check.")
    if request.kind is not Kind.RECTIFICATION:
        raise NotByHand(
            f"{request.kind.value} is answered by the machine.", cure="Wait for it, or refuse it with a reason."
        )
    await _close(tx, request, RequestState.ANSWERED, by, "answered", what_was_done)
    return await show_request(tx, request_id)


async def follow_erasures(tx: Tx, limit: int) -> int:
    """Requests whose erasure has its certificate are answered; returns how many were looked at."""
    found = await repository.working(tx, [Kind.ERASURE], limit)
    for request_id in found:
        request = await repository.get(tx, request_id, lock=True)
        if request is None or request.erasure_id is None or request.state is not RequestState.WORKING:
            continue
        erasure = await erasures.show_erasure(tx, request.erasure_id)
        if erasure.completed_at is not None:
            await _close(tx, request, RequestState.ANSWERED, BY_MACHINE, "erased", str(erasure.erasure_id))
    return len(found)


async def show_request(tx: Tx, request_id: UUID) -> SubjectRequest:
    """The request with its steps. Raises RequestNotFound."""
    request = await repository.get(tx, request_id)
    if request is None:
        raise RequestNotFound("There is no request with this id.", cure="See GET /requests.")
    return request


async def list_requests(tx: Tx, **wanted: Any) -> list[SubjectRequest]:
    """Requests, newest first."""
    return await repository.page(tx, **wanted)


async def _begin(tx: Tx, naming: Naming, request: SubjectRequest, by: str, how: str = "", *, may_erase: bool) -> None:
    """The identity is checked: do what can be done at once."""
    if request.kind is Kind.ERASURE and not may_erase:
        raise ErasingNeedsScope(
            "With its identity checked this request erases somebody.",
            cure=f"Use a key that has {ERASING_SCOPE} as well.",
            scope=ERASING_SCOPE,
        )
    await repository.add_step(tx, request.request_id, by, "identity-checked", how)
    addresses, second_selves = request.addresses, request.second_selves
    request = replace(request, state=RequestState.WORKING, identity_checked_by=by, addresses=(), second_selves=())
    if request.kind is Kind.ERASURE:
        named = {address.on(channel) for address in addresses for channel in address.channels}
        wanted = erasures.Request(request.customer_id, by, True, tuple(sorted(named)), by, second_selves)
        erasure = await erasures.request_erasure(tx, naming, wanted)
        request = replace(request, erasure_id=erasure.erasure_id)
        step = "held" if erasure.held else "erasure-begun"
        await repository.add_step(tx, request.request_id, BY_MACHINE, step, str(erasure.erasure_id))
    await repository.store(tx, request)
    if request.kind is Kind.RESTRICTION:
        await restrict(tx, request.customer_id, True, by)
        await _close(tx, request, RequestState.ANSWERED, by, "restricted")
    elif request.kind is Kind.OBJECTION:
        proof = Proof(recorded_by=by, basis="objection", withdrawn_via="api")
        await withdraw_unless_erased(tx, request.customer_id, proof, addresses=addresses)
        await _close(tx, request, RequestState.ANSWERED, by, "marketing-stopped")
    elif request.kind is Kind.PROFILING:
        await object_to_profiling(tx, request.customer_id, by, how or "by request")
        await _close(tx, request, RequestState.ANSWERED, by, "profiling-stopped")


async def _close(tx: Tx, request: SubjectRequest, state: RequestState, by: str, what: str, detail: str = "") -> None:
    closed = replace(request, state=state, closed_at=tx.now, addresses=(), second_selves=())
    await repository.store(tx, closed)
    await repository.add_step(tx, request.request_id, by, what, detail)


async def _open(tx: Tx, request_id: UUID) -> SubjectRequest:
    request = await repository.get(tx, request_id, lock=True)
    if request is None:
        raise RequestNotFound("There is no request with this id.", cure="See GET /requests.")
    if not request.state.is_open:
        raise RequestClosed(f"It is {request.state.value}.", cure="Take a new request if the person asks again.")
    return request
