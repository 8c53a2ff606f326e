"""Unsubscribe whoever holds the link of a message."""

from __future__ import annotations

from services.privacy.consents.domain.ledger import Line, Proof
from services.privacy.consents.service.withdrawals import withdraw_unless_erased
from services.privacy.identity.domain import NamedAddress, known_as
from services.privacy.permits import repository as permits
from services.privacy.subject_locks.service import lock_subjects
from shared.database.transaction import Tx
from shared.security.tokens import UnsubscribeToken

# The recorder named on lines that no API key wrote.
BY_LINK = "unsubscribe-link"


async def unsubscribe(tx: Tx, token: UnsubscribeToken, *, everything: bool, one_click: bool) -> list[Line]:
    """The link's purpose and channel are withdrawn, of the customer and at the address to which the message went; with
    `everything` all marketing is, over every channel.

    Asking again changes nothing, and neither does asking for someone erased: nothing is sent to them. At the address
    the wish stands nevertheless, whoever has it next.
    """
    proof = Proof(
        recorded_by=BY_LINK,
        basis="objection",
        withdrawn_via="one_click" if one_click else "page",
        campaign_id=token.campaign_id,
        message_id=token.message_id,
    )
    addresses = await _addresses(tx, token)
    # One lock for both wishes: locked again, more rows could be taken out of order.
    locked = await lock_subjects(tx, [token.customer_id], addresses=[address.subjects[0] for address in addresses])
    lines = await withdraw_unless_erased(
        tx,
        token.customer_id,
        proof,
        addresses=addresses,
        purpose=token.purpose,
        channel=token.channel,
        locked=locked,
    )
    if everything:
        lines += await withdraw_unless_erased(tx, token.customer_id, proof, addresses=addresses, locked=locked)
    return lines


async def _addresses(tx: Tx, token: UnsubscribeToken) -> list[NamedAddress]:
    """Where the message went. Links of older messages do not say; then their permit does, while it is kept."""
    if token.fingerprint is not None:
        return [known_as(token.fingerprint, token.channel)]
    message = (await permits.of_messages(tx, [token.message_id])).get(token.message_id)
    return [] if message is None else [message.to]
