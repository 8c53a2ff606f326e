"""Who a request is about: from identifiers to the customer id, without a round trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.privacy.repository import identities
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import choose_identifier, customer_id_of, fingerprint, normalise
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Reference:
    """A customer as a caller names them: by id, or by identifiers with the usual precedence."""

    customer_id: UUID | None = None
    identifiers: tuple[Identifier, ...] = ()


async def resolve(tx: Tx, key: str, references: Sequence[Reference]) -> list[UUID | None]:
    """The customer id of each reference; None where no identifier may say who it is (a phone alone)."""
    chosen = [None if one.customer_id else choose_identifier(one.identifiers) for one in references]
    prints = [None if one is None else _fingerprint(key, one) for one in chosen]
    known = await identities.generations(tx, {one for one in prints if one is not None})
    found: list[UUID | None] = []
    for reference, identifier, hashed in zip(references, chosen, prints, strict=True):
        if identifier is None or hashed is None:
            found.append(reference.customer_id)
        else:
            found.append(customer_id_of(key, identifier, known.get(hashed, 0)))
    return found


def _fingerprint(key: str, identifier: Identifier) -> str:
    return fingerprint(key, identifier.kind, normalise(identifier.kind, identifier.value, identifier.source))
