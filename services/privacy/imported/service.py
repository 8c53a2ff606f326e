"""Record what files say of consent, each statement once, and take it back with its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.privacy.consents.domain.ledger import Action
from services.privacy.consents.repository import heads_of, store_heads
from services.privacy.consents.service.addresses import tell_owners
from services.privacy.consents.service.drafts import Draft, Recorded, record_drafts
from services.privacy.consents.service.ledger import emit_change
from services.privacy.identity.domain import Hashing, subject_of
from services.privacy.imported import repository
from services.privacy.imported.domain import ended, heads_without
from services.privacy.subject_locks import repository as subject_locks
from services.privacy.subject_locks.service import lock_subjects
from shared.contracts.envelope import Origin
from shared.database.transaction import Tx
from shared.errors import Refusal


async def record_imported(
    tx: Tx, hashing: Hashing, import_id: UUID, drafts: Sequence[Draft]
) -> list[Recorded | Refusal | None]:
    """Each draft is in the ledger under its own id, or has its refusal; None for one that was recorded before."""
    fresh = await repository.take(tx, import_id, [_id(draft) for draft in drafts])
    new = [draft for draft in drafts if _id(draft) in fresh]
    outcomes = dict(zip(map(_id, new), await record_drafts(tx, hashing, new) if new else [], strict=True))
    refused = [consent_id for consent_id, outcome in outcomes.items() if isinstance(outcome, Refusal)]
    await repository.forget(tx, refused)
    return [outcomes.get(_id(draft)) for draft in drafts]


async def annul_grants(tx: Tx, statements: Mapping[UUID, UUID], *, by: str) -> int:
    """Grants (customer by consent_id) that came with a file count no longer, as if they had not been made: what was
    said before or since holds. Refusals are kept. Returns how many counted until now."""
    gone = await repository.annul(tx, sorted(statements), by)
    if not gone:
        return 0
    customers = {statements[consent_id] for consent_id in gone}
    ledger = await repository.lines_of(tx, sorted(customers))
    addresses = {
        subject_of(line.statement.given.fingerprint)
        for lines in ledger.values()
        for line in lines
        if line.statement.consent_id in gone and line.statement.given is not None
    }
    locked = await lock_subjects(tx, customers, addresses=addresses)
    subjects = sorted((customers - locked.erased_among(customers)) | addresses)
    ledger = await repository.lines_of(tx, subjects)
    known = {line.statement.consent_id for lines in ledger.values() for line in lines}
    annulled = await repository.annulled_among(tx, sorted(known))
    wanted = {scope: head for lines in ledger.values() for scope, head in heads_without(lines, annulled).items()}
    changed = []
    for head in await heads_of(tx, subjects):
        if head.consent_id in gone and head.action is Action.GRANTED:
            changed.append(wanted.get(head.scope) or ended(head, tx.now))
    versions = await subject_locks.next_versions(tx, len(changed))
    heads = [replace(head, version=version) for head, version in zip(changed, versions, strict=True)]
    await store_heads(tx, heads)
    await subject_locks.set_versions(tx, {head.scope.customer_id: head.version for head in heads})
    for head in heads:
        emit_change(tx, head, None, time=tx.now, origin=Origin.REPAIR)
    await tell_owners(tx, {head.given.fingerprint for head in heads if head.at_address and head.given is not None})
    return len(gone)


def _id(draft: Draft) -> UUID:
    assert draft.consent_id is not None
    return draft.consent_id
