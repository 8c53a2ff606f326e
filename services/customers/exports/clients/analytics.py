"""Members of a segment, from analytics."""

from __future__ import annotations

from uuid import UUID

import httpx

from services.customers.config import Settings
from shared.web.service_client import service_client


class NoAnswer(Exception):
    """Analytics did not answer, or answered that it cannot. Asking again later is safe."""


class NoSuchSegment(Exception):
    """Analytics knows no such segment, or gives it to nobody with our key."""


async def members_of(
    settings: Settings, segment_id: UUID, after: str | None, limit: int
) -> tuple[list[UUID], str | None]:
    """The next members of a segment in the order of their ids, and the cursor of the following page.

    Raises NoAnswer, NoSuchSegment.
    """
    params = {"limit": limit} | ({"after": after} if after else {})
    async with service_client(settings, "analytics", settings.analytics_url or "") as client:
        try:
            answer = await client.get(f"/segments/{segment_id}/members", params=params)
        except httpx.TransportError as error:
            raise NoAnswer(type(error).__name__) from error
    if answer.status_code in (401, 403, 404, 422):
        raise NoSuchSegment(f"analytics answered {answer.status_code}")
    if not answer.is_success:
        raise NoAnswer(f"analytics answered {answer.status_code}")
    body = answer.json()
    return [UUID(item["customer_id"]) for item in body["items"]], body["next"]
