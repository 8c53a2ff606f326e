"""The public doors: what an opened or clicked message tells us."""

from __future__ import annotations

import orjson

from services.campaigns.content.links import Tracked
from services.campaigns.repository import doors
from services.campaigns.repository.doors import Unsent
from shared.contracts.inbound import CustomerRef, InboundRecord, ResponseIn, ResponseMessage
from shared.database.transaction import Tx

PUBLISHER = "campaigns"


async def hear_response(tx: Tx, tracked: Tracked) -> None:
    """The open or click is on its way to interactions, which records it once per message and link."""
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
                link=tracked.link or None,
            ),
        ),
    )
    value = orjson.dumps(record.model_dump(mode="json", exclude_none=True))
    await doors.keep(tx, Unsent(tracked.response_id, tracked.customer_id, value))
