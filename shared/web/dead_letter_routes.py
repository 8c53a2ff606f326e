"""The operators' door to a service's dead letters."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events import dead_letters as deadletters
from shared.events.dead_letters import DeadLetterOut, DeadLetterWithBytes
from shared.web.body import MIB
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in
from shared.web.route import APIRouter
from shared.web.security import CallerDep, body_limit, requires
from shared.web.transactions import TxDep

router = APIRouter(prefix="/dead-letters", tags=["operations"], dependencies=[requires("operations")])


class NoteIn(BaseModel):
    """Why; kept with who and when."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(None, max_length=500)


class RepairIn(NoteIn):
    """The bytes that should have come: as text, or base64 for what is not text."""

    text: str | None = None
    base64: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> RepairIn:
        if (self.text is None) == (self.base64 is None):
            raise ValueError("send either text or base64")
        self.raw()
        return self

    def raw(self) -> bytes:
        """The bytes meant."""
        if self.text is not None:
            return self.text.encode()
        try:
            return b64decode(self.base64 or "", validate=True)
        except binascii.Error:
            raise ValueError("base64 cannot be decoded") from None


@router.get("")
async def list_dead_letters(
    tx: TxDep,
    state: Annotated[Literal["open", "replaying", "replayed", "discarded"] | None, Query()] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[DeadLetterOut]:
    """What could not be handled, oldest first."""
    found = await deadletters.list_dead_letters(tx, state=state, after=id_in(after), limit=limit + 1)
    items = found[:limit]
    return Page(items=items, next=encode_cursor({"id": items[-1].id}) if len(found) > limit else None)


@router.get("/{id}")
async def get_dead_letter(tx: TxDep, id: UUID) -> DeadLetterWithBytes:
    """One, with the bytes that came."""
    return await deadletters.get_dead_letter(tx, id)


@router.post("/{id}/repair", dependencies=[body_limit(4 * MIB)])
async def repair(tx: TxDep, caller: CallerDep, id: UUID, body: RepairIn) -> DeadLetterOut:
    """Give it other bytes; the original ones are kept. Replay it after that."""
    return await deadletters.repair(tx, id, body.raw(), who=caller.id, note=body.note)


@router.post("/{id}/replay", status_code=202)
async def replay(tx: TxDep, caller: CallerDep, id: UUID, body: NoteIn | None = None) -> DeadLetterOut:
    """Hand it to the worker again, under the same event id."""
    return await deadletters.replay(tx, id, who=caller.id, note=body.note if body else None)


@router.post("/{id}/discard")
async def discard(tx: TxDep, caller: CallerDep, id: UUID, body: NoteIn | None = None) -> DeadLetterOut:
    """Do nothing with it."""
    return await deadletters.discard(tx, id, who=caller.id, note=body.note if body else None)
