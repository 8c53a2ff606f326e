"""Keep terms for those who enrol messages."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.campaigns.gate.domain.terms import Terms
from services.campaigns.gate.repository import terms as repository
from shared.database.transaction import Tx


async def names_of(tx: Tx, campaign_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What messages of these campaigns or journeys say that they are called."""
    return await repository.names_of(tx, campaign_ids) if campaign_ids else {}


async def find_outdated(tx: Tx, owners: str) -> list[UUID]:
    """Ids in the table `owners` whose terms were never written, or not after the last change: their messages wait."""
    return await repository.ids_to_write(tx, owners)


async def keep_terms(tx: Tx, terms_id: UUID, terms: Terms) -> None:
    """Messages that name `terms_id`, also those that wait already, are judged by these terms from the commit on."""
    await repository.save(tx, terms_id, terms)
