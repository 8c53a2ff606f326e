"""Record and show consent."""

from __future__ import annotations

from uuid import UUID

from services.privacy.consents.schemas.answered import ConsentOut, ItemOut, ItemsOut, OverviewOut, WithdrawnOut
from services.privacy.consents.schemas.asked import ConsentBatchIn, ConsentIn, WithdrawalIn
from services.privacy.consents.service.drafts import Draft, record_drafts, withdraw_for
from services.privacy.consents.service.overview import consents_of
from services.privacy.identity.domain import Reference
from services.privacy.identity.service import hashing_of
from shared.errors import Refusal
from shared.security.api_keys import Principal
from shared.web import MIB, APIRouter, CallerDep, ContextDep, TxDep, body_limit, requires
from shared.web.paging import After, Limit, number_in

router = APIRouter(tags=["consent"])


def trusts(caller: Principal) -> bool:
    """Whether a grant that this key records is one: whoever reads a page can send anything in a browser's name."""
    return caller.trust == "server"


@router.post("/consents", status_code=201, dependencies=[requires("privacy:write")])
async def record_consent(body: ConsentIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> ConsentOut:
    """Add a statement to the ledger: of the customer, and of the e-mail or phone when one is named."""
    draft = body.draft(caller.id, trusted=trusts(caller))
    outcome = (await record_drafts(tx, hashing_of(context.settings), [draft]))[0]
    if isinstance(outcome, Refusal):
        raise outcome
    return ConsentOut.of(outcome.line, blocked=outcome.blocked)


@router.post("/consents/batch", dependencies=[requires("privacy:write"), body_limit(4 * MIB)])
async def record_consents(body: ConsentBatchIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> ItemsOut:
    """Add up to 500 statements; each has its own result, and one that is refused costs the others nothing."""
    read = body.drafts(caller.id, trusted=trusts(caller))
    drafts = [draft for draft in read if isinstance(draft, Draft)]
    recorded = iter(await record_drafts(tx, hashing_of(context.settings), drafts))
    return ItemsOut(items=[ItemOut.of(next(recorded) if isinstance(draft, Draft) else draft) for draft in read])


@router.post("/withdrawals", dependencies=[requires("privacy:write")])
async def withdraw(body: WithdrawalIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> WithdrawnOut:
    """Take consent back: no message is permitted once this has answered."""
    lines = await withdraw_for(
        tx,
        hashing_of(context.settings),
        Reference.of(body.customer),
        body.proof(caller.id),
        purpose=body.one_purpose,
        channel=body.channel,
    )
    return WithdrawnOut(withdrawn=[ConsentOut.of(line) for line in lines])


@router.get("/customers/{customer_id}/consents", dependencies=[requires("privacy:read")])
async def show_consents(customer_id: UUID, tx: TxDep, limit: Limit = 50, after: After = None) -> OverviewOut:
    """What holds now, and the ledger, newest first; both over all ids of the customer."""
    overview = await consents_of(tx, customer_id, before=number_in(after, "version"), limit=limit + 1)
    return OverviewOut.of(overview, limit)
