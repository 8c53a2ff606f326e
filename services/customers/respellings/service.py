"""Bring identifiers to the present spelling; customers who meet by that wait for a decision."""

from __future__ import annotations

from services.customers.config import Settings
from services.customers.identifiers.service.respelling import respell_some, spelling_of
from services.customers.merges.domain import Candidate
from services.customers.merges.repository import add_candidates
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.observability.logging import get_logger

log = get_logger(__name__)

# One transaction: so many events at once keep the relay busy for a fraction of a second.
BATCH = 500
BY = "respelling"


async def respell_identifiers(tx: Tx, settings: Settings) -> bool:
    """Some identifiers that were stored by a former spelling are known by the present one, and everybody hears whose
    they are. Two customers who have one identifier now are listed as candidates. False when none is left."""
    count, met = await respell_some(tx, spelling_of(settings), BATCH)
    await add_candidates(
        tx,
        [
            Candidate(
                customer_id=pair.held.customer_id,
                candidate_id=new_id(),
                owner_id=pair.owner_id,
                kind=pair.held.kind,
                fingerprint=pair.held.fingerprint,
                at=tx.now,
                by=BY,
            )
            for pair in met
        ],
    )
    if met:
        log.warning("customers_met_by_spelling", pairs=len(met))
    return count > 0
