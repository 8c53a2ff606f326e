"""Let addresses be asked to confirm: each sign-up gets one message in the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from services.campaigns.confirmations.domain import LANGUAGES, message, terms, terms_id
from services.campaigns.gate.service.terms import keep_terms
from services.campaigns.messages.repository import enrolment
from shared.contracts.envelope import Envelope, Origin
from shared.contracts.privacy import SignupRequested
from shared.database.transaction import Tx


async def ask_to_confirm(tx: Tx, events: Iterable[Envelope[SignupRequested]]) -> int:
    """A waiting message for each sign-up that may still be confirmed; one that is known changes nothing. Returns how
    many are new."""
    asked = [event.data for event in events if event.origin is Origin.LIVE and event.data.expires_at > tx.now]
    for language in sorted({signup.language if signup.language in LANGUAGES else "en" for signup in asked}):
        # Written each time, so that words that changed with a new version count at once.
        await keep_terms(tx, terms_id(language), terms(language))
    return await enrolment.add_messages(
        tx, [message(signup.signup_id, signup.language, signup.expires_at) for signup in asked]
    )
