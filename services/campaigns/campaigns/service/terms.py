"""Write terms that a process of an earlier version left out."""

from __future__ import annotations

from services.campaigns.campaigns.domain.terms import terms_of
from services.campaigns.campaigns.repository import campaigns
from services.campaigns.gate.service.terms import find_outdated, keep_terms
from services.campaigns.messages.repository import ledger
from shared.database.transaction import Tx


async def write_outdated_terms(tx: Tx) -> int:
    """Campaigns that were started or changed by a process that knows no terms have theirs, and what waited for them is
    due; returns how many."""
    outdated = await find_outdated(tx, "campaigns")
    for campaign in await campaigns.find_many(tx, outdated) if outdated else ():
        await keep_terms(tx, campaign.id, terms_of(campaign))
        await ledger.make_due(tx, campaign.id, "terms-missing")
    return len(outdated)
