"""Tell what holds for every customer again, for services that keep copies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.privacy.consents import repository
from services.privacy.consents.service.addresses import tell_owners
from services.privacy.consents.service.ledger import emit_change
from shared.database.transaction import Tx

_PAGE = 500


async def restate_consents(tx: Tx, settings: Any, after: Any) -> UUID | None:
    """`consent_changed` of what the next customers said, and for the owners of the next addresses of what was said by
    those. Returns where to go on."""
    heads, last = await repository.page_of_heads(tx, after, _PAGE)
    for head in heads:
        if not head.at_address:
            emit_change(tx, head, None, time=head.occurred_at)
    await tell_owners(tx, {head.given.fingerprint for head in heads if head.at_address and head.given is not None})
    return last
