"""Record and show consent."""

from __future__ import annotations

from uuid import UUID

from services.privacy.consents.schemas.answered import ConsentOut, ItemOut, ItemsOut, OverviewOut, WithdrawnOut
from services.privacy.consents.schemas.asked import ConsentBatchIn, ConsentIn, WithdrawalIn
from services.privacy.consents.service.drafts import Draft, Recorded, record_drafts, withdraw_for
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


@router.post("/consents", status_code=201, dependencies=[requires("privacy:write", pages=True)])
async def record_consent(body: ConsentIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> ConsentOut:
    """Add a statement to the ledger: of the customer, and of the e-mail or phone when one is named."""
    draft = body.draft(caller.id, trusted=trusts(caller))
    outcome = (await record_drafts(tx, hashing_of(context.settings), [draft]))[0]
    if isinstance(outcome, Refusal):
        raise outcome
    return _shown(outcome, caller)


@router.post("/consents/batch", dependencies=[requires("privacy:write", pages=True), body_limit(4 * MIB)])
async def record_consents(body: ConsentBatchIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> ItemsOut:
    """Add up to 500 statements; each has its own result, and one that is refused costs the others nothing."""
    read = body.drafts(caller.id, trusted=trusts(caller))
    drafts = [draft for draft in read if isinstance(draft, Draft)]
    recorded = iter(await record_drafts(tx, hashing_of(context.settings), drafts))
    outcomes = [next(recorded) if isinstance(draft, Draft) else draft for draft in read]
    return ItemsOut(
        items=[
            ItemOut.of(outcome) if isinstance(outcome, Refusal) else ItemOut(recorded=_shown(outcome, caller))
            for outcome in outcomes
        ]
    )


@router.post("/withdrawals", dependencies=[requires("privacy:write", pages=True)])
async def withdraw(body: WithdrawalIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> WithdrawnOut:
    """Take consent back: no message is permitted once this has answered. A browser's key is not told what there was."""
    lines = await withdraw_for(
        tx,
        hashing_of(context.settings),
        Reference.of(body.customer),
        body.proof(caller.id),
        purpose=body.one_purpose,
        channel=body.channel,
    )
    return WithdrawnOut(withdrawn=[ConsentOut.of(line) for line in lines] if trusts(caller) else [])


def _shown(recorded: Recorded, caller: Principal) -> ConsentOut:
    shown = ConsentOut.of(recorded.line, blocked=recorded.blocked)
    # By what it is told whoever reads a page could find out whose an address is, and what they said before.
    return shown if trusts(caller) else shown.without_what_is_known()


@router.get("/customers/{customer_id}/consents", dependencies=[requires("privacy:read")])
async def show_consents(customer_id: UUID, tx: TxDep, limit: Limit = 50, after: After = None) -> OverviewOut:
    """What holds now, and the ledger, newest first; both over all ids of the customer."""
    overview = await consents_of(tx, customer_id, before=number_in(after, "version"), limit=limit + 1)
    return OverviewOut.of(overview, limit)
