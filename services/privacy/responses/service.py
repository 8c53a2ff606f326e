"""Suppress and withdraw after bounces, complaints and reported wishes to unsubscribe.

The message's permit names the customer and the address that it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.privacy.consents.domain.ledger import Proof
from services.privacy.consents.service.withdrawals import withdraw_unless_erased
from services.privacy.permits import repository as permits
from services.privacy.permits.domain import PermittedMessage
from services.privacy.responses.domain import Response
from services.privacy.subject_locks.domain import LockedSubjects
from services.privacy.suppressions import repository as suppressions
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress
from shared.database.transaction import Tx

# The recorder named on lines that no API key wrote.
BY_EVENT = "event"


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom some responses concern: the permits of their messages, and the customers and addresses, all locked."""

    permitted: Mapping[UUID, PermittedMessage]
    locked: LockedSubjects

    def message(self, message_id: UUID | None) -> PermittedMessage | None:
        """What the permit of a message says; None when no permit of it is known."""
        return self.permitted.get(message_id) if message_id is not None else None


async def permitted_messages(tx: Tx, responses: Iterable[Response]) -> dict[UUID, PermittedMessage]:
    """What the permits of the messages say to which these respond."""
    return await permits.of_messages(
        tx, {response.message_id for response in responses if response.message_id is not None}
    )


async def lock_addresses(tx: Tx, messages: Iterable[PermittedMessage]) -> None:
    """Lock what may be suppressed; customers are locked before."""
    await suppressions.lock(tx, {message.address for message in messages})


async def suppress_bounced(tx: Tx, response: Response, concerned: Concerned) -> None:
    """The address of the message is suppressed, if a permit of the message is known."""
    message = concerned.message(response.message_id)
    if message is not None:
        address = [message.address]
        await suppress(tx, address, SuppressionReason.BOUNCED, BY_EVENT, customer_id=message.customer_id)


async def withdraw_after_complaint(tx: Tx, response: Response, concerned: Concerned) -> None:
    """Consent for the message's purpose and channel is withdrawn, of the customer and at the address to which it went,
    and that address is suppressed.

    When the message is not known, all consent for the channel is withdrawn.
    """
    proof = Proof(recorded_by=BY_EVENT, basis="objection", withdrawn_via="complaint", message_id=response.message_id)
    await _withdraw(tx, response, concerned, proof)
    message = concerned.message(response.message_id)
    if message is not None:
        await suppress(
            tx,
            [message.address],
            SuppressionReason.COMPLAINED,
            BY_EVENT,
            customer_id=message.customer_id,
            since=response.occurred_at,
        )


async def withdraw_as_reported(tx: Tx, response: Response, concerned: Concerned) -> None:
    """A reported wish (a STOP word, a call): consent is withdrawn as it stood then, of the customer and at the address
    to which the message went; a later grant stands."""
    proof = Proof(
        recorded_by=BY_EVENT,
        basis="objection",
        withdrawn_via="api",
        message_id=response.message_id,
        campaign_id=response.campaign_id,
    )
    await _withdraw(tx, response, concerned, proof, unless_granted_after=response.occurred_at)


async def _withdraw(
    tx: Tx, response: Response, concerned: Concerned, proof: Proof, *, unless_granted_after: datetime | None = None
) -> None:
    """By the message where it is known: its purpose, its channel, its address. Otherwise all for the channel."""
    message = concerned.message(response.message_id)
    await withdraw_unless_erased(
        tx,
        message.customer_id if message else response.customer_id,
        proof,
        addresses=[message.to] if message else [],
        purpose=message.purpose if message else None,
        channel=message.channel if message else response.channel,
        occurred_at=response.occurred_at,
        unless_granted_after=unless_granted_after,
        locked=concerned.locked,
    )
