"""Would catch a policy that is lost or taken although it is wrong."""

from __future__ import annotations

from tests.component.campaigns.world import World


async def test_the_policy_is_kept_with_its_version(world: World) -> None:
    night = {"start": "21:00", "end": "08:00"}
    body = {"caps": [{"limit": 2, "window": "P7D", "purpose": "offers"}], "quiet_hours": night}
    answer = await world.api.put("/policies", json=body)
    assert answer.status_code == 200, answer.text
    again = (await world.api.get("/policies")).json()
    assert again == answer.json()
    assert again["caps"] == [{"limit": 2, "window": "P7D", "purpose": "offers"}]
    wrong = await world.api.put("/policies", json={"quiet_hours": {"start": "08:00", "end": "08:00"}})
    assert wrong.status_code == 422
