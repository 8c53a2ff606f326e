"""What the grocer's people set up over the services' APIs, each with the key of their role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deploy.demo.doors import Doors, Unexpected
from deploy.demo.grocery import Household
from deploy.demo.messages import SOURCE, customer_of
from deploy.demo.progress import Progress
from shared.clock import MACHINE

PURPOSE = "marketing"
_WORDING = "Yes, the shop may send me offers by e-mail. I can take this back at any time."
_BATCH = 500

FRUIT = ["TROPICAL FRUIT", "STONE FRUIT", "ORGANICS FRUIT & VEGETABLES", "VALUE ADDED FRUIT", "DRIED FRUIT", "APPLES",
         "BERRIES", "CITRUS", "GRAPES", "MELONS", "PEARS"]  # fmt: skip
SEGMENTS: Mapping[str, Any] = {
    "Regular shoppers": {
        "event": "purchase", "agg": "count", "window": {"last": "P28D"}, "op": "gte", "value": 4,
    },
    "Fruit lovers": {
        "event": "purchase_line", "where": {"prop": "category", "op": "in", "value": FRUIT},
        "agg": "count", "window": {"last": "P30D"}, "op": "gte", "value": 3,
    },
    "Big basket": {
        "event": "purchase", "agg": "sum", "field": "amount", "window": {"last": "P28D"}, "op": "gte", "value": 40000,
    },
    "Lapsing": {
        "all": [
            {"event": "purchase", "op": "gte", "value": 1},
            {"not": {"event": "purchase", "window": {"last": "P21D"}, "op": "gte", "value": 1}},
        ],
    },
}  # fmt: skip
"""There before the first event comes."""
LATE_SEGMENTS: Mapping[str, Any] = {
    "Families": {
        "all": [
            {
                "any": [
                    {"attr": "children", "op": "gte", "value": 1},
                    {"attr": "household_composition", "op": "in", "value": ["1 Adult Kids", "2 Adults Kids"]},
                ]
            },
            {"event": "purchase", "agg": "count", "window": {"last": "P28D"}, "op": "gte", "value": 2},
        ],
    },
}
"""Made when the history is in, and so filled from it."""

_QUIET = {"start": "21:00", "end": "08:00"}
POLICY = {"caps": [{"limit": 2, "window": "P7D"}], "quiet_hours": _QUIET}
"""Over all campaigns: two mails in seven days, and none at night in the customer's own zone."""


def _content(subject: str, words: str, link: str) -> dict[str, str]:
    hello = "Hello {{ customer.given_name | default: 'there' }},"
    leave = "{{ unsubscribe_url }}"
    return {
        "subject": subject,
        "text": f"{hello}\n\n{words}\n{link}\n\nNo more of these: {leave}\n",
        "html": f'<html><body><p>{hello}</p><p>{words}</p><p><a href="{link}">See the offer</a></p>'
        f'<p><small><a href="{leave}">No more of these</a></small></p></body></html>',
    }


def _campaign(name: str, trigger: dict[str, Any], content: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "name": name, "purpose": PURPOSE, "trigger": trigger, "content": content, "expires_after": "P2D", **more,
    }  # fmt: skip


def campaigns(segments: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The campaigns that run from the start; `segments` are ids by name."""
    shop = "https://shop.example.test"
    return {
        "Welcome, regulars": _campaign(
            "Welcome, regulars",
            {"kind": "segment_entered", "segment_id": segments["Regular shoppers"]},
            _content("You are a regular now", "Four visits in four weeks: here is something back.", f"{shop}/regulars"),
            re_entry={"kind": "again_after", "days": 30},
            holdout_percent=10,
        ),
        "Fruit of the week": _campaign(
            "Fruit of the week",
            {"kind": "segment_entered", "segment_id": segments["Fruit lovers"]},
            _content("Fresh this week", "You like fruit: mangoes and melons are in.", f"{shop}/fruit"),
            re_entry={"kind": "again_after", "days": 14},
        ),
        "Thank you": _campaign(
            "Thank you",
            {
                "kind": "event",
                "event": "purchase",
                "where": [{"field": "amount", "op": "at_least", "value": 6000}],
            },
            _content("Thank you", "That was a large basket. A coffee is on us next time.", f"{shop}/coffee"),
            re_entry={"kind": "again_after", "days": 3},
            priority=7,
        ),
    }


def late_campaigns(segments: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What starts when the history is in: who seems to stay away while it is loaded may only not be read yet."""
    return {
        "We miss you": _campaign(
            "We miss you",
            {"kind": "segment_entered", "segment_id": segments["Lapsing"]},
            _content("We miss you", "Three weeks without you. Here are 10 % off.", "https://shop.example.test/back"),
            re_entry={"kind": "again_after", "days": 60},
        ),
    }


async def make_segments(doors: Doors, progress: Progress, wanted: Mapping[str, Any]) -> None:
    """Those that do not exist yet; returns when all of them answer."""
    for name, definition in wanted.items():
        if name not in progress.segments:
            made = await doors.call(
                "POST", "analytics", "/segments", "marketing", json={"name": name, "definition": definition}
            )
            progress.segments[name] = made["id"]
            progress.save()
    for name in wanted:
        await _until_live(doors, progress.segments[name])


async def _until_live(doors: Doors, segment_id: str) -> None:
    while (await doors.call("GET", "analytics", f"/segments/{segment_id}", "marketing"))["state"] != "live":
        await MACHINE.sleep(0.3)


async def set_policy(doors: Doors) -> None:
    """What holds over all campaigns."""
    await doors.call("PUT", "campaigns", "/policies", "marketing", json=POLICY)


async def start_campaigns(doors: Doors, progress: Progress, wanted: Mapping[str, dict[str, Any]]) -> None:
    """Those that do not run yet are made and started."""
    for name, definition in wanted.items():
        if name not in progress.campaigns:
            made = await doors.call("POST", "campaigns", "/campaigns", "marketing", json=definition)
            await _start(doors, made["id"])
            progress.campaigns[name] = made["id"]
            progress.save()


async def _start(doors: Doors, campaign_id: str) -> None:
    """Campaigns hears of a segment a moment after analytics has answered that it is live."""
    path = f"/campaigns/{campaign_id}/start"
    while (answer := await doors.ask("POST", "campaigns", path, "marketing")).status_code == 409:
        if answer.json()["type"] != "/problems/segment-not-ready":
            break
        await MACHINE.sleep(0.3)
    if not answer.is_success:
        raise Unexpected(f"POST campaigns{path} answered {answer.status_code}: {answer.text[:1000]}")


async def give_consent(doors: Doors, households: Iterable[Household]) -> None:
    """These agreed to be written to, each with its proof."""
    items = [_consent(household) for household in households]
    for start in range(0, len(items), _BATCH):
        answer = await doors.call(
            "POST", "privacy", "/consents/batch", "data-protection", json={"items": items[start : start + _BATCH]}
        )
        refused = [item["refused"] for item in answer["items"] if item["refused"]]
        if refused:
            raise Unexpected(f"privacy refused {len(refused)} consents: {refused[0]}")


def _consent(household: Household) -> dict[str, Any]:
    return {
        "customer": customer_of(household.number),
        "purpose": PURPOSE,
        "channel": "email",
        "action": "granted",
        "wording": _WORDING,
        "wording_version": "2017-01",
        "evidence": {"form": f"{SOURCE} sign-up", "box": "ticked by the customer", "household": household.number},
    }
