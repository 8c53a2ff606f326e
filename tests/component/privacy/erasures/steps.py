"""Request an erasure, send the receipts of the other services, and look at what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from shared.contracts.analytics import AnalyticsErasureDone
from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.customers import CustomersErasureDone
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import InteractionsErasureDone
from tests.component.privacy.scenes import an_event
from tests.fakes import FixedClock

RECEIPTS = (CustomersErasureDone, InteractionsErasureDone, AnalyticsErasureDone, CampaignsErasureDone)


def a_request(customer_id: UUID, **changes: Any) -> dict[str, Any]:
    """The body of a request whose identity check was made."""
    customer = {"customer_id": str(customer_id)}
    return {"customer": customer, "requested_by": "officer-7", "identity_checked": True, **changes}


async def erase(client: httpx.AsyncClient, customer_id: UUID, **changes: Any) -> dict[str, Any]:
    """Request an erasure; fails unless it was taken."""
    answer = await client.post("/erasures", json=a_request(customer_id, **changes))
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


def receipts(erasure_id: str, customer: UUID, clock: FixedClock, left: int = 0, rows: int = 2) -> list[Envelope[Any]]:
    """The receipts of the other services, each over `rows` erased rows, with `left` rows that it still found."""
    return [
        an_event(
            kind(request_id=UUID(erasure_id), stores={"rows": rows}, remaining={"rows": left}), customer, clock.now()
        )
        for kind in RECEIPTS
    ]


async def show(client: httpx.AsyncClient, erasure_id: str) -> dict[str, Any]:
    """The request as it stands."""
    shown: dict[str, Any] = (await client.get(f"/erasures/{erasure_id}")).json()
    return shown
