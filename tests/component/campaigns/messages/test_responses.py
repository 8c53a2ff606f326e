"""Would catch a response that counts twice."""

from __future__ import annotations

from uuid import uuid4

import orjson

from shared.contracts.interactions import ExposureRecorded, ResponseRecorded
from tests.component.campaigns.world import World


async def test_exposures_and_responses_are_counted_once_per_message(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    message = uuid4()
    exposure = ExposureRecorded(interaction_id=uuid4(), channel="email", campaign_id=campaign, message_id=message)
    events = [world.event(exposure, customer)]
    given = (("opened", None), ("clicked", "https://a.test"), ("clicked", "https://b.test"), ("opened", None))
    for kind, link in given:
        response = {
            "interaction_id": uuid4(),
            "kind": kind,
            "channel": "email",
            "campaign_id": campaign,
            "message_id": message,
            "link": link,
        }
        events.append(world.event(ResponseRecorded.model_validate(response), customer))
    await world.handle(*events)
    report = await world.report(campaign)
    assert report["responses"] == {"clicked": 1, "exposed": 1, "opened": 1}
    assert report["links"] == {"https://a.test": 1, "https://b.test": 1}
    assert orjson.dumps(report)
