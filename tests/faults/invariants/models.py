"""Read models and reports agree with the events: I8, I9."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shared.contracts import analytics, campaigns, privacy
from tests.faults.invariants.wording import PURCHASE, differ, segments_of
from tests.faults.records import Evidence, Row

_DAY_S = 86_400.0


def i8_read_models_rebuild(seen: Evidence) -> list[str]:
    """Read models hold what is on the topics: who is in the segment (counted here from purchases), campaigns' copies of
    memberships and consents."""
    fans = _fans(seen)
    copied: dict[str, tuple[int, bool]] = {}
    for event in seen.distinct(analytics.MembershipsChanged.TYPE).values():
        for member, key in ((True, "entered"), (False, "left")):
            if (
                seen.segment in segments_of(event["data"][key])
                and event["version"] > copied.get(event["subject"], (0,))[0]
            ):
                copied[event["subject"]] = event["version"], member
    consents: dict[str, tuple[int, str]] = {}
    for event in seen.distinct(privacy.ConsentChanged.TYPE).values():
        place = f"{event['subject']}/{event['data']['purpose']}/{event['data']['channel']}"
        if event["version"] > consents.get(place, (0,))[0]:
            consents[place] = event["version"], event["data"]["state"]
    live = {place: state for place, state in seen.copies.items() if place.partition("/")[0] not in seen.erased}
    copy = {subject for subject, (_, member) in copied.items() if member}
    return [
        *differ("analytics' members", set(seen.members.get("analytics", [])), fans),
        *differ("members according to the topic", copy, fans),
        *differ("campaigns' copy of members", set(seen.members.get("campaigns", [])), copy),
        *differ("campaigns' copy of consents", set(live.items()), {(k, s) for k, (_, s) in consents.items()}),
    ]


def _fans(seen: Evidence) -> set[str]:
    bought = Counter(
        event["subject"]
        for event in seen.distinct(PURCHASE).values()
        if event["time"] > seen.reported.get("at", 0.0) - _DAY_S
    )
    return {subject for subject, count in bought.items() if count >= 2}


def i9_reports_count_events(seen: Evidence) -> list[str]:
    """What the product reports is what is counted over distinct events."""
    last: dict[str, Row] = {}
    for event in seen.distinct(campaigns.MessageSettled.TYPE).values():
        before = last.get(event["data"]["message_id"])
        if before is None or event["version"] > before["version"]:
            last[event["data"]["message_id"]] = event
    outcomes = Counter(event["data"]["outcome"] for event in last.values())
    counted: dict[str, Any] = {
        "purchases": len(seen.distinct(PURCHASE)),
        "members": len(_fans(seen)),
        **{outcome: outcomes[outcome] for outcome in ("handed_over", "refused", "failed", "unknown")},
    }
    return [
        f"{name}: reported {seen.reported.get(name)}, counted {count}"
        for name, count in counted.items()
        if seen.reported.get(name) != count and not seen.erased
    ]
