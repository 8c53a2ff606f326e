"""Keep opens and clicks until they are published."""

from __future__ import annotations

from uuid import UUID

import orjson

from services.campaigns.content.domain.links import Tracked
from services.campaigns.tracking import repository
from services.campaigns.tracking.repository import UnsentResponse
from shared.contracts.inbound import CustomerRef, InboundRecord, ResponseIn, ResponseMessage
from shared.database.transaction import Tx

PUBLISHER = "campaigns"
# Whose the links of previews and test mails are.
_NOBODY = UUID(int=0)


async def record_response(tx: Tx, tracked: Tracked) -> None:
    """The open or click is on its way to interactions, once per message and link: whoever follows the link again, or a
    thousand times, writes nothing more."""
    if tracked.customer_id == _NOBODY or not await repository.is_first(tx, tracked.response_id, tracked.customer_id):
        return
    record = InboundRecord(
        publisher=PUBLISHER,
        received_at=tx.now,
        message=ResponseMessage(
            type="response",
            message_id=tracked.response_id,
            time=tx.now,
            customer=CustomerRef(customer_id=tracked.customer_id),
            data=ResponseIn(
                kind=tracked.kind,
                channel="email",
                campaign_id=tracked.campaign_id,
                message_id=tracked.message_id,
                link=tracked.label or None,
            ),
        ),
    )
    value = orjson.dumps(record.model_dump(mode="json", exclude_none=True))
    await repository.add(tx, UnsentResponse(tracked.response_id, tracked.customer_id, value))
