"""What comes back from messages: bounces, complaints, unsubscribing. The message's permit says whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.privacy.domain.consent import Line, Proof
from services.privacy.domain.suppression import SERVICE, SuppressionReason
from services.privacy.errors import CustomerErased
from services.privacy.repository import identities, permits, standings
from services.privacy.repository import suppressions as suppression_list
from services.privacy.service import consents, suppressions
from shared.database.transaction import Tx
from shared.security.tokens import UnsubscribeToken

# The recorder named on lines that no API key wrote.
BY_EVENT = "event"
BY_LINK = "unsubscribe-link"


async def lock_concerned(tx: Tx, customer_ids: Iterable[UUID], message_ids: Iterable[UUID]) -> None:
    """Everything that these responses may change is locked at once, in the order that all transactions keep.

    Otherwise a batch that handles one response after the other could wait for a permit that waits for it.
    """
    sent = await permits.of_messages(tx, message_ids)
    groups = await identities.groups(tx, {*customer_ids, *(one.customer_id for one in sent)})
    await standings.lock(tx, {member for group in groups.values() for member in group.members})
    await suppression_list.lock(tx, {(one.fingerprint, one.channel) for one in sent})


async def bounced(tx: Tx, message_id: UUID) -> bool:
    """The address of this message is suppressed; False when no permit of it is known."""
    sent = await permits.of_message(tx, message_id)
    if sent is None:
        return False
    address = (sent.fingerprint, sent.channel)
    await suppressions.suppress(tx, [address], SuppressionReason.BOUNCED, BY_EVENT, customer_id=sent.customer_id)
    return True


async def complained(tx: Tx, customer_id: UUID, channel: str, message_id: UUID | None, at: datetime) -> None:
    """Consent for the message's purpose and channel is withdrawn and its address suppressed.

    When the message is not known, all consent for the channel is withdrawn.
    """
    sent = await permits.of_message(tx, message_id) if message_id is not None else None
    proof = Proof(recorded_by=BY_EVENT, basis="objection", withdrawn_via="complaint", message_id=message_id)
    await _withdraw_quietly(
        tx,
        sent.customer_id if sent else customer_id,
        proof,
        purpose=sent.purpose if sent else None,
        channel=sent.channel if sent else channel,
        at=at,
    )
    if sent is not None:
        address = (sent.fingerprint, sent.channel)
        await suppressions.suppress(
            tx, [address], SuppressionReason.COMPLAINED, BY_EVENT, customer_id=sent.customer_id, since=at
        )


async def unsubscribed(
    tx: Tx, customer_id: UUID, channel: str, message_id: UUID | None, campaign_id: UUID | None, at: datetime
) -> None:
    """A reported wish (a STOP word, a call): consent is withdrawn as it stood then; a later grant stands."""
    sent = await permits.of_message(tx, message_id) if message_id is not None else None
    proof = Proof(
        recorded_by=BY_EVENT, basis="objection", withdrawn_via="api", message_id=message_id, campaign_id=campaign_id
    )
    await _withdraw_quietly(
        tx,
        sent.customer_id if sent else customer_id,
        proof,
        purpose=sent.purpose if sent else None,
        channel=sent.channel if sent else channel,
        at=at,
        unless_granted_after=at,
    )


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
    lines = await _withdraw_quietly(tx, token.customer_id, proof, purpose=token.purpose, channel=token.channel)
    if everything:
        lines += await _withdraw_quietly(tx, token.customer_id, proof)
        sent = await permits.of_message(tx, token.message_id)
        if sent is not None:
            await suppressions.suppress(
                tx,
                [(sent.fingerprint, sent.channel)],
                SuppressionReason.UNSUBSCRIBED_ALL,
                BY_LINK,
                customer_id=sent.customer_id,
            )
    return lines


async def _withdraw_quietly(
    tx: Tx,
    customer_id: UUID,
    proof: Proof,
    *,
    purpose: str | None = None,
    channel: str | None = None,
    at: datetime | None = None,
    unless_granted_after: datetime | None = None,
) -> list[Line]:
    if purpose == SERVICE:
        # A service message carries no consent that could be withdrawn; whoever objects to it means the channel.
        purpose = None
    try:
        return await consents.withdraw(
            tx,
            customer_id,
            proof,
            purpose=purpose,
            channel=channel,
            occurred_at=at,
            unless_granted_after=unless_granted_after,
        )
    except CustomerErased:
        return []
