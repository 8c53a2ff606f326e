"""Statements about consent out of files: recorded once, annulled when the file is taken back."""

from __future__ import annotations

from services.privacy.identity.service import hashing_of
from services.privacy.imported import service
from services.privacy.imported.schemas import (
    AnnulmentIn,
    AnnulmentOut,
    ImportedBatchIn,
    ImportedBatchOut,
    ImportedItemOut,
)
from shared.web import MIB, APIRouter, CallerDep, ContextDep, TxDep, body_limit, requires

router = APIRouter(prefix="/imported-consents", tags=["consent"], dependencies=[requires("privacy:write")])


@router.post("/batch", dependencies=[body_limit(4 * MIB)])
async def record(body: ImportedBatchIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> ImportedBatchOut:
    """Add up to 500 statements of a file to the ledger. What was recorded before under its consent_id is not recorded
    again, so that a sender who does not know what became of a batch sends it again."""
    drafts = [item.imported(caller.id) for item in body.items]
    outcomes = await service.record_imported(tx, hashing_of(context.settings), body.import_id, drafts)
    return ImportedBatchOut(
        items=[ImportedItemOut.of(item.consent_id, found) for item, found in zip(body.items, outcomes, strict=True)]
    )


@router.post("/annulments")
async def annul(body: AnnulmentIn, tx: TxDep, caller: CallerDep) -> AnnulmentOut:
    """Let grants of a file count no longer, as if they had not been made. What the customers said before or since
    holds; refusals of the file are kept. The ledger keeps every line."""
    statements = {item.consent_id: item.customer_id for item in body.items}
    return AnnulmentOut(annulled=await service.annul_grants(tx, statements, by=caller.id))
