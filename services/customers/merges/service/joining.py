"""Join an account with what only its e-mail derived: a newsletter's reader who turns out to be a known customer."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.customers.config import Settings
from services.customers.identifiers.domain import OfferedIdentifier, Owner
from services.customers.identifiers.repository import mark_identifiers
from services.customers.identifiers.service.owning import trust_owners
from services.customers.merges import repository as merges
from services.customers.merges.domain import is_account, is_only_an_email
from services.customers.merges.service.merging import merge_customers
from services.customers.observations.service.batches import Observation, ObservedBatch
from services.customers.profiles.repository import records
from shared.customers.identifiers import customer_id_of, former_customer_id_of
from shared.database.transaction import Tx


async def join_readers(tx: Tx, settings: Settings, observed: ObservedBatch) -> None:
    """Whoever is known by nothing but an e-mail is one with the account that a server says has this e-mail.

    That is an ordinary merge, which can be undone, and is then not made again. A browser's word joins nobody.
    """
    for observation in observed.observations:
        ids = observed.groups[observation.subject].ids
        for offered in observation.identifiers:
            owner = observed.owners.get(offered.fingerprint)
            if offered.kind != "email" or owner is None or owner.customer_id is None or owner.customer_id in ids:
                continue
            if observation.deriving == offered.fingerprint and owner.trust == "server":
                await _join(tx, settings, observation, offered, owner, owner.customer_id, observation.subject)
            elif observation.trust == "server":
                await _join(tx, settings, observation, offered, owner, observation.subject, owner.customer_id)


async def _join(
    tx: Tx,
    settings: Settings,
    observation: Observation,
    offered: OfferedIdentifier,
    owner: Owner,
    account_id: UUID,
    reader_id: UUID,
) -> None:
    groups = await records.lock_groups(tx, [account_id, reader_id])
    if account_id not in groups or reader_id not in groups:
        return
    account, reader = groups[account_id], groups[reader_id]
    derived = {
        derive(settings.key, offered.published, generation)
        for derive in (customer_id_of, former_customer_id_of)
        for generation in {owner.generation, observation.event.data.generation}
    }
    if account.root.customer_id == reader.root.customer_id or not is_only_an_email(
        reader, offered.fingerprint, derived
    ):
        return
    if account_id == observation.subject and not is_account(account):
        return
    if await merges.kept_apart(tx, account.ids, reader.ids, offered.fingerprint):
        return
    await merge_customers(tx, settings, account.root.customer_id, reader.root.customer_id, by=observation.by)
    await merges.settle_candidates(tx, account.ids, reader.ids, offered.fingerprint, tx.now, observation.by)
    if observation.trust == "server":
        doubted = [held for held in reader.identifiers if held.trust == "browser"]
        await mark_identifiers(tx, [replace(held, trust="server") for held in doubted])
        await trust_owners(tx, [held.fingerprint for held in doubted], reader.ids, observation.event)
