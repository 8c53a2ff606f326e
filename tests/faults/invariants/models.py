"""Read models and reports agree with the events: I8, I9."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shared.contracts import analytics, campaigns, privacy
from tests.faults.invariants.people import roots_now
from tests.faults.invariants.wording import PURCHASE, differ, segments_of
from tests.faults.records import Evidence, Row

_DAY_S = 86_400.0
_FANS = 2


def i8_read_models_rebuild(seen: Evidence) -> list[str]:
    """Read models hold what is on the topics: who is in each segment (counted here from purchases), campaigns' copies
    of memberships and consents; and what `crm rebuild` makes of the owners' word is what is there."""
    problems: list[str] = []
    for segment, least in _segments(seen).items():
        fans, copy = _buyers(seen, least), _members_told(seen, segment)
        kept = "/" + segment if segment != seen.segment else ""
        problems += differ(f"analytics' members{kept}", set(seen.members.get(f"analytics{kept}", [])), fans)
        problems += differ(f"members according to the topic{kept}", copy, fans)
        problems += differ(f"campaigns' copy of members{kept}", set(seen.members.get(f"campaigns{kept}", [])), copy)
    consents: dict[str, tuple[int, str]] = {}
    for event in seen.distinct(privacy.ConsentChanged.TYPE).values():
        place = f"{event['subject']}/{event['data']['purpose']}/{event['data']['channel']}"
        if event["version"] > consents.get(place, (0,))[0]:
            consents[place] = event["version"], event["data"]["state"]
    return [
        *problems,
        *differ("campaigns' copy of consents", set(seen.copies.items()), {(k, s) for k, (_, s) in consents.items()}),
        *(
            f"{row['model']}, table {row['name']}: {row['differing']} customers differ from what is rebuilt"
            for row in seen.rebuilt
            if row["live"] != row["rebuilt"] or row["differing"]
        ),
    ]


def _segments(seen: Evidence) -> dict[str, int]:
    more = {seen.second["segment"]: seen.second["least"]} if "least" in seen.second else {}
    return {seen.segment: _FANS} | more


def _buyers(seen: Evidence, least: int) -> set[str]:
    """Who bought so often within a day; purchases of merged customers are those of the one who stands for them."""
    roots = roots_now(seen)
    bought = Counter(
        str(roots.get(event["subject"]) or event["subject"])
        for event in seen.distinct(PURCHASE).values()
        if event["time"] > seen.reported.get("at", 0.0) - _DAY_S
    )
    return {subject for subject, count in bought.items() if count >= least}


def _members_told(seen: Evidence, segment: str) -> set[str]:
    told: dict[str, tuple[int, bool]] = {}
    for event in seen.distinct(analytics.MembershipsChanged.TYPE).values():
        for member, key in ((True, "entered"), (False, "left")):
            newer = event["version"] > told.get(event["subject"], (0,))[0]
            if segment in segments_of(event["data"][key]) and newer:
                told[event["subject"]] = event["version"], member
    return {subject for subject, (_, member) in told.items() if member}


def i9_reports_count_events(seen: Evidence) -> list[str]:
    """What the product reports is what is counted over distinct events; what erased people did stays counted."""
    return [
        *_compared("", seen.reported, {
            "purchases": len(seen.distinct(PURCHASE, also_erased=True)),
            "members": len(_buyers(seen, _FANS)),
            **_settled(seen, seen.campaign),
        }),
        *(
            _compared("one-off ", seen.second["reported"], _settled(seen, seen.second["campaign"]))
            if "reported" in seen.second
            else []
        ),
    ]  # fmt: skip


def _settled(seen: Evidence, campaign: str) -> dict[str, Any]:
    last: dict[str, Row] = {}
    for event in seen.distinct(campaigns.MessageSettled.TYPE, also_erased=True).values():
        before = last.get(event["data"]["message_id"])
        if event["data"]["campaign_id"] == campaign and (before is None or event["version"] > before["version"]):
            last[event["data"]["message_id"]] = event
    outcomes = Counter(event["data"]["outcome"] for event in last.values())
    return {outcome: outcomes[outcome] for outcome in ("handed_over", "refused", "failed", "unknown")}


def _compared(whose: str, reported: Row, counted: dict[str, Any]) -> list[str]:
    return [
        f"{whose}{name}: reported {reported.get(name)}, counted {count}"
        for name, count in counted.items()
        if reported.get(name) != count
    ]
