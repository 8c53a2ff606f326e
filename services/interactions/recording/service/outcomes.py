"""Record what other services report: messages handed over or bounced, consent that was withdrawn."""

from __future__ import annotations

from collections.abc import Sequence

from services.interactions.identity.service import erased_among
from services.interactions.recording.domain.interactions import NewInteraction, exposure_of, response_of
from services.interactions.recording.service.storing import DROPPED, store_and_emit
from shared.contracts.campaigns import CONFIRMATIONS, MessageSettled
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ConsentChanged
from shared.database.transaction import Tx


async def record_settled(tx: Tx, events: Sequence[Envelope[MessageSettled]]) -> None:
    """A message that was handed over is an exposure; one whose address does not exist is a response `bounced`.

    Mails that ask an address to confirm a sign-up are nobody's: who signed up is no customer yet. The caller holds
    `lock_against_erasures`.
    """
    interactions = []
    for event in events:
        if event.data.campaign_id == CONFIRMATIONS:
            continue
        if event.data.outcome == "handed_over":
            interactions.append(exposure_of(event, tx.now))
        if event.data.bounced:
            interactions.append(response_of(event, "bounced", tx.now))
    await _record(tx, interactions)


async def record_withdrawals(tx: Tx, events: Sequence[Envelope[ConsentChanged]]) -> None:
    """Consent that a person took back by the link or page in a message is a response `unsubscribed`.

    The caller holds `lock_against_erasures`.
    """
    withdrawn = [event for event in events if event.data.withdrawn_via in ("one_click", "page")]
    await _record(tx, [response_of(event, "unsubscribed", tx.now) for event in withdrawn])


async def _record(tx: Tx, interactions: Sequence[NewInteraction]) -> None:
    if not interactions:
        return
    erased = await erased_among(tx, {interaction.customer_id for interaction in interactions})
    kept = [interaction for interaction in interactions if interaction.customer_id not in erased]
    tx.after_commit(lambda: DROPPED.inc(len(interactions) - len(kept)))
    if kept:
        await store_and_emit(tx, kept)
