"""Find the customer id that a request means, and keep the copies of merges and generations that this needs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.privacy.identity import repository
from services.privacy.identity.domain import Reference, identifier_fingerprint
from services.privacy.identity.errors import CustomerIdNeeded, CustomerNotDerivable
from shared.contracts.customers import CustomersMerged, IdentifierRetired, MergeUndone
from shared.customers.identifiers import customer_id_of
from shared.database.transaction import Tx


async def resolve(tx: Tx, key: str, references: Sequence[Reference]) -> list[UUID | None]:
    """The customer id of each reference; None where no identifier may say who it is (a phone alone)."""
    identifiers = [reference.deriving for reference in references]
    hashes = [None if found is None else identifier_fingerprint(key, found) for found in identifiers]
    generations = await repository.generations(tx, {hashed for hashed in hashes if hashed is not None})
    ids: list[UUID | None] = []
    for reference, identifier, hashed in zip(references, identifiers, hashes, strict=True):
        if identifier is None or hashed is None:
            ids.append(reference.customer_id)
        else:
            ids.append(customer_id_of(key, identifier, generations.get(hashed, 0)))
    return ids


async def find_customer(tx: Tx, key: str, reference: Reference) -> UUID:
    """The id of a customer who must not be taken for another. Raises CustomerNotDerivable, CustomerIdNeeded."""
    if reference.may_be_another_customers:
        raise CustomerIdNeeded(
            "Who has this card or address may be known by another name: under this one nothing might be found.",
            cure="Find the customer (POST /customers/search of customers) and send customer_id.",
            where="/customer",
        )
    return require_id((await resolve(tx, key, [reference]))[0])


def require_id(customer_id: UUID | None) -> UUID:
    """The id that a reference was resolved to. Raises CustomerNotDerivable when there is none."""
    if customer_id is None:
        raise CustomerNotDerivable(
            "No identifier here may say who the customer is.",
            cure="Send customer_id, external_id, card or email; a phone is shared too often.",
            where="/customer",
        )
    return customer_id


async def record_merges(tx: Tx, merges: Sequence[CustomersMerged]) -> None:
    """Permits and withdrawals of either id now look at both."""
    await repository.store_merges(tx, merges)


async def record_undone_merges(tx: Tx, merges: Sequence[MergeUndone]) -> None:
    """Each id stands for itself again, with what was recorded under it."""
    await repository.store_undone_merges(tx, merges)


async def record_retired_identifiers(tx: Tx, retired: Sequence[IdentifierRetired]) -> None:
    """Consent named by one of these identifiers is recorded for the new customer."""
    generations: dict[str, int] = {}
    for identifier in retired:
        hashed = identifier.fingerprint
        generations[hashed] = max(identifier.generation, generations.get(hashed, 0))
    await repository.raise_generations(tx, generations)
