"""Find the customer id that a request means and who has an address, and keep the copies that this needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.privacy.identity.domain import OWNED_KINDS, Hashing, Holder, NamedAddress, Reference
from services.privacy.identity.errors import CustomerIdNeeded, CustomerNotDerivable
from shared.config import ServiceSettings
from shared.contracts.customers import (
    CustomersMerged,
    IdentifierFreed,
    IdentifierOwned,
    IdentifierRetired,
    MergeUndone,
)
from shared.contracts.envelope import Envelope
from shared.customers import generations, merges, owners
from shared.customers.owners import customer_behind
from shared.database.transaction import Tx


def hashing_of(settings: ServiceSettings) -> Hashing:
    """How this installation hashes names."""
    return Hashing(settings.installation_key.get_secret_value(), settings.phone_region)


async def resolve(tx: Tx, hashing: Hashing, references: Sequence[Reference]) -> list[UUID | None]:
    """The customer id of each reference: the owner of its identifier, or whom it derives when nobody owns it.

    None where no identifier may say who it is: a phone alone; and an e-mail that nobody owns yet, since the customer
    whose it becomes may well have another id than the one it derives.
    """
    found = [reference.deriving for reference in references]
    hashes = [() if identifier is None else hashing.hashes(identifier) for identifier in found]
    wanted = {hashed for of_one in hashes for hashed in of_one}
    known = await owners.owners_of(tx, wanted)
    retired = await generations.generations_of(tx, wanted)
    ids: list[UUID | None] = []
    for reference, identifier, of_one in zip(references, found, hashes, strict=True):
        if identifier is None:
            ids.append(reference.customer_id)
        elif identifier.kind == "email" and of_one[0] not in known:
            ids.append(None)
        else:
            ids.append(customer_behind(hashing.key, identifier, of_one, known, retired)[0])
    return ids


async def holders_of(tx: Tx, addresses: Iterable[NamedAddress]) -> dict[str, Holder]:
    """Who has each of these addresses (by its current hash)."""
    wanted = {address.fingerprint: address for address in addresses}
    hashes = {hashed for address in wanted.values() for hashed in address.fingerprints}
    known = await owners.owners_of(tx, wanted)
    retired = await generations.generations_of(tx, hashes)
    holders = {}
    for hashed, address in wanted.items():
        owner = known.get(hashed)
        if owner is not None:
            holders[hashed] = Holder(owner.customer_id, owner.trust == "server", owner.generation)
        else:
            generation = max(retired.get(former, 0) for former in address.fingerprints)
            holders[hashed] = Holder(generation=generation)
    return holders


async def addresses_of(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, list[NamedAddress]]:
    """The addresses that each of these customer ids owns, as far as customers has said so."""
    found: dict[UUID, list[NamedAddress]] = {customer_id: [] for customer_id in customer_ids}
    for owner in await owners.owned_by(tx, found):
        if owner.kind in OWNED_KINDS:
            found[owner.customer_id].append(NamedAddress(owner.kind, (owner.fingerprint,)))
    return found


async def find_customer(tx: Tx, hashing: Hashing, reference: Reference) -> UUID:
    """The id of a customer who must not be taken for another: given by id or account, or the owner of the card or
    e-mail on the word of a server. Raises CustomerNotDerivable, CustomerIdNeeded."""
    identifier = reference.deriving
    if identifier is not None and identifier.kind != "external_id":
        hashed = hashing.hashes(identifier)[0]
        owner = (await owners.owners_of(tx, [hashed])).get(hashed)
        if owner is None or owner.trust != "server":
            raise CustomerIdNeeded(
                "Nobody is known to own this card or address; who has it may be known by another name.",
                cure="Find the customer (POST /customers/search of customers) and send customer_id.",
                where="/customer",
            )
    return require_id((await resolve(tx, hashing, [reference]))[0])


def require_id(customer_id: UUID | None) -> UUID:
    """The id that a reference was resolved to. Raises CustomerNotDerivable when there is none."""
    if customer_id is None:
        raise CustomerNotDerivable(
            "No identifier here may say who the customer is.",
            cure="Send customer_id, external_id, card or email; a phone is shared too often.",
            where="/customer",
        )
    return customer_id


async def record_merges(tx: Tx, changes: Sequence[CustomersMerged | MergeUndone]) -> None:
    """Permits and withdrawals of either id look at both from now on, or no longer."""
    await merges.record_merges(tx, changes)


async def record_owners(tx: Tx, owned: Sequence[Envelope[IdentifierOwned] | Envelope[IdentifierFreed]]) -> None:
    """What is said by one of these identifiers is said by its owner, if it has one."""
    await owners.follow_owners(tx, owned)


async def record_retired_identifiers(tx: Tx, retired: Sequence[Envelope[IdentifierRetired]]) -> None:
    """These identifiers are nobody's; consent named by one is recorded for whoever has it next."""
    await generations.raise_generations(tx, retired)
    await owners.retire_owned(tx, retired)
