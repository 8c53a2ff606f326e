"""Would catch an event that triggers a campaign although it does not meet the conditions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from shared.contracts.interactions import Line, PurchaseRecorded
from tests.component.campaigns.world import World


async def test_an_event_with_conditions_triggers_and_its_values_are_in_the_mail(world: World) -> None:
    where = [
        {"field": "amount", "op": "at_least", "value": 1000},
        {"field": "categories", "op": "has", "value": "fruit"},
        {"field": "channel", "op": "in", "value": ["web", "app"]},
    ]
    campaign = await world.campaign(
        trigger={"kind": "event", "event": "purchase", "where": where},
        content={"subject": "Thanks", "text": "You paid {{ event.amount }} {{ unsubscribe_url }}"},
        re_entry={"kind": "always"},
    )

    def purchase(amount: int, category: str, channel: Any = "web") -> PurchaseRecorded:
        line = Line(product_id="p", quantity=1, amount=amount, category=category)
        return PurchaseRecorded(
            interaction_id=uuid4(), channel=channel, currency="USD", amount=amount, base_amount=amount, lines=[line]
        )

    customer = await world.customer()
    await world.handle(
        world.event(purchase(1200, "fruit"), customer),
        world.event(purchase(999, "fruit"), customer),
        world.event(purchase(1200, "tools"), customer),
        world.event(purchase(1200, "fruit", "store"), customer),
    )
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 1
    assert "You paid 1200 " in world.post_office.mails[0].get_content()
