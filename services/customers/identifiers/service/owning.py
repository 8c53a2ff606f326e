"""Give identifiers to customers, and tell the other services whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast
from uuid import UUID

from services.customers.identifiers import repository
from services.customers.identifiers.domain import Claiming, Owner
from shared.contracts.customers import IdentifierFreed, IdentifierOwned
from shared.contracts.envelope import Envelope, Origin
from shared.database.transaction import Tx

_OwnedKind = Literal["external_id", "card", "email"]


async def own_identifiers(
    tx: Tx, claims: Mapping[str, Claiming], causes: Mapping[str, Envelope[Any]] | None = None
) -> dict[str, Owner]:
    """Each identifier (by fingerprint) that nobody owned is its claimant's, and that is said.

    Answers with whoever owns them now. `causes` are the events that led to a claim.
    """
    owners = await repository.claim_identifiers(tx, claims)
    for fingerprint, claim in claims.items():
        if owners[fingerprint].customer_id == claim.customer_id:
            tell_owner(tx, owners[fingerprint], cause=(causes or {}).get(fingerprint))
    return owners


async def trust_owners(
    tx: Tx, fingerprints: Sequence[str], ids: Sequence[UUID], cause: Envelope[Any] | None = None
) -> None:
    """A server says that these identifiers are those customers', as only a browser had said before."""
    for owner in await repository.raise_trust(tx, fingerprints, ids):
        tell_owner(tx, owner, cause=cause)


async def free_identifiers(tx: Tx, fingerprints: Sequence[str], ids: Sequence[UUID]) -> None:
    """Those customers no longer have these identifiers, and everybody hears it. Nobody new is derived by that."""
    for owner_id, fingerprint, generation in await repository.free_identifiers(tx, fingerprints, ids):
        fact = IdentifierFreed(fingerprint=fingerprint, generation=generation)
        tx.publish(fact, subject=owner_id, origin=Origin.REPAIR)


async def doubt_owners(tx: Tx, fingerprints: Sequence[str], ids: Sequence[UUID]) -> None:
    """These identifiers are those customers' by a browser's word only. Copies never lower trust, so they are told that
    the identifier is free, and then whose it is."""
    for owner in await repository.lower_trust(tx, fingerprints, ids):
        assert owner.customer_id is not None
        fact = IdentifierFreed(fingerprint=owner.fingerprint, generation=owner.generation)
        tx.publish(fact, subject=owner.customer_id, origin=Origin.REPAIR)
        tell_owner(tx, owner, origin=Origin.REPAIR)


def tell_owner(
    tx: Tx, owner: Owner, *, cause: Envelope[Any] | UUID | None = None, origin: Origin | None = None
) -> None:
    """Say whose an identifier is. One that is nobody's is not spoken of: its retirement was."""
    if owner.customer_id is None or owner.kind is None or owner.trust is None:
        return
    fact = IdentifierOwned(
        fingerprint=owner.fingerprint,
        kind=cast(_OwnedKind, owner.kind),
        generation=owner.generation,
        trust=owner.trust,
    )
    tx.publish(fact, subject=owner.customer_id, cause=cause, origin=origin)


def tell_owners(tx: Tx, owners: Iterable[Owner]) -> None:
    """Say of each whose it is, once more: for the services that have heard nothing of it yet."""
    for owner in owners:
        tell_owner(tx, owner, origin=Origin.BACKFILL)
