"""Unsubscribe whoever holds the link of a message."""

from __future__ import annotations

from services.privacy.consents.domain import Line, Proof
from services.privacy.consents.service.withdrawals import withdraw_unless_erased
from services.privacy.permits import repository as permits
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress
from shared.database.transaction import Tx
from shared.security.tokens import UnsubscribeToken

# The recorder named on lines that no API key wrote.
BY_LINK = "unsubscribe-link"


async def unsubscribe(tx: Tx, token: UnsubscribeToken, *, everything: bool, one_click: bool) -> list[Line]:
    """The link's purpose and channel are withdrawn; with `everything` all marketing is, and the address suppressed.

    Asking again changes nothing, and neither does asking for someone erased: nothing is sent to them.
    """
    proof = Proof(
        recorded_by=BY_LINK,
        basis="objection",
        withdrawn_via="one_click" if one_click else "page",
        campaign_id=token.campaign_id,
        message_id=token.message_id,
    )
    lines = await withdraw_unless_erased(tx, token.customer_id, proof, purpose=token.purpose, channel=token.channel)
    if everything:
        lines += await withdraw_unless_erased(tx, token.customer_id, proof)
        message = (await permits.of_messages(tx, [token.message_id])).get(token.message_id)
        if message is not None:
            address = [message.address]
            reason = SuppressionReason.UNSUBSCRIBED_ALL
            await suppress(tx, address, reason, BY_LINK, customer_id=message.customer_id)
    return lines
