"""Object to profiling, and lift the objection: statements in the ledger, which other services hear of."""

from __future__ import annotations

from uuid import UUID

from services.privacy.consents import repository as consents
from services.privacy.consents.domain.ledger import Action, Line, Proof, Statement
from services.privacy.consents.service.ledger import append_to_ledger
from services.privacy.consents.service.withdrawals import withdraw
from services.privacy.profiling.domain import PURPOSE, Objection, objection_of, refusals
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.subject_locks.service import lock_subjects
from shared.customers.merges import groups_of
from shared.database.transaction import Tx
from shared.ids import new_id


async def object_to_profiling(tx: Tx, customer_id: UUID, by: str, how: str) -> list[Line]:
    """The customer is scored and segmented no more, under any id. Asked again it changes nothing. Raises
    CustomerErased."""
    proof = Proof(recorded_by=by, basis="objection", withdrawn_via="api", evidence={"how": how})
    return await withdraw(tx, customer_id, proof, purpose=PURPOSE)


async def lift_objection(tx: Tx, customer_id: UUID, by: str, how: str) -> list[Line]:
    """The customer may be scored and segmented again: each refusal, under whichever id, is answered by a grant with
    what the customer said. Raises CustomerErased."""
    locked = await lock_subjects(tx, [customer_id])
    if locked.erased(customer_id):
        raise CustomerErased("This customer was erased; there is nothing to lift.")
    refused = refusals(await consents.heads_of(tx, locked.members))
    proof = Proof(recorded_by=by, wording=how, evidence={"lifts": "objection"})
    return await append_to_ledger(
        tx, [Statement(new_id(), head.scope, Action.GRANTED, tx.now, proof) for head in refused]
    )


async def show_objection(tx: Tx, customer_id: UUID) -> Objection:
    """Whether the customer objects, under any id, and since when."""
    members = (await groups_of(tx, [customer_id]))[customer_id].members
    return objection_of(await consents.heads_of(tx, members))
