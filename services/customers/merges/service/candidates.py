"""Candidates for merging: pairs that share an identifier and wait for a decision."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.customers.config import Settings
from services.customers.identifiers.domain import OfferedIdentifier, Owner, generation_of
from services.customers.merges import repository as merges
from services.customers.merges.domain import Candidate, Merge
from services.customers.merges.errors import (
    AlreadyDecided,
    NoSuchCandidate,
)
from services.customers.merges.service.merging import merge_customers
from services.customers.observations.service.batches import Observation, ObservedBatch
from shared.customers.identifiers import customer_id_of
from shared.database.transaction import Tx
from shared.ids import new_id


async def note_candidates(tx: Tx, settings: Settings, observed: ObservedBatch) -> None:
    """Each customer that was observed with an identifier of somebody else is listed with that one, once.

    What a browser says and nobody owns yet is kept too: it is listed when somebody comes whom that identifier derives.
    """
    candidates = []
    for observation in observed.observations:
        ids = observed.groups[observation.subject].ids
        for offered in observation.identifiers:
            owner_id = _other_behind(settings, observation, offered, observed.owners)
            if owner_id is None or owner_id in ids:
                continue
            candidates.append(
                Candidate(
                    customer_id=observation.subject,
                    candidate_id=new_id(),
                    owner_id=owner_id,
                    kind=offered.kind,
                    fingerprint=offered.fingerprint,
                    at=tx.now,
                    by=observation.by,
                    trust=observation.trust,
                )
            )
    await merges.add_candidates(tx, candidates)


async def list_candidates(tx: Tx, after: UUID | None, limit: int) -> list[Candidate]:
    """Pairs of customers that share an identifier and wait for a decision."""
    return await merges.open_candidates(tx, after, limit)


async def accept_candidate(tx: Tx, settings: Settings, candidate_id: UUID, *, by: str) -> Merge:
    """The two are one: the owner of the identifier survives. Raises NoSuchCandidate, AlreadyDecided, SameCustomer."""
    candidate = await _open_candidate(tx, candidate_id)
    assert candidate.current_id is not None
    assert candidate.current_owner_id is not None
    await merges.decide_candidate(tx, candidate, "accepted", tx.now, by)
    return await merge_customers(tx, settings, candidate.current_owner_id, candidate.current_id, by=by)


async def dismiss_candidate(tx: Tx, candidate_id: UUID, *, by: str) -> None:
    """The two are not one; the pair is not listed again for this identifier."""
    await merges.decide_candidate(tx, await _open_candidate(tx, candidate_id), "dismissed", tx.now, by)


async def _open_candidate(tx: Tx, candidate_id: UUID) -> Candidate:
    candidate = await merges.candidate_of(tx, candidate_id)
    if candidate is None:
        raise NoSuchCandidate(
            "There is no such candidate.", cure="Look at GET /link-candidates.", where="path:candidate_id"
        )
    if candidate.state != "open":
        raise AlreadyDecided(f"This candidate was {candidate.state} before.", where="path:candidate_id")
    return candidate


def _other_behind(
    settings: Settings, observation: Observation, offered: OfferedIdentifier, owners: Mapping[str, Owner]
) -> UUID | None:
    """Who has an identifier that was offered, or whom it would derive when it was refused to a browser."""
    owner = owners.get(offered.fingerprint)
    if not offered.exclusive:
        return None
    if owner is not None and owner.customer_id is not None:
        return owner.customer_id
    refused = observation.trust == "browser" and offered.fingerprint in observation.refused
    return customer_id_of(settings.key, offered.published, generation_of(offered, owners)) if refused else None
