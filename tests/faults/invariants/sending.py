"""What was handed over was due, permitted and handed over once: I4, I5, I7."""

from __future__ import annotations

from collections import Counter, defaultdict

from shared.contracts import analytics
from tests.faults.invariants.wording import doubled, ledger_key, segments_of, violations
from tests.faults.records import Evidence, Row

PERMIT_VALID_S = 10.0
# From the sender's last look at its permit to the provider's log: one body over loopback, on a busy machine.
_TRANSFER_S = 1.5


def i4_handed_over_once(seen: Evidence) -> list[str]:
    """The provider's log holds at most one mail per ledger key (campaign, entry, customer, step, channel), and per
    address: everybody here enters once."""
    key_of = {row["id"]: ledger_key(row) for row in seen.ledger}
    keys = Counter(key_of.get(row["key"], row["key"]) for row in seen.handed)
    return [
        *violations("handed over twice", doubled(keys)),
        *violations("two mails to one address", doubled(Counter(row["to"] for row in seen.handed))),
    ]


def i5_audience_adds_up(seen: Evidence) -> list[str]:
    """Everybody who entered the segment is in the ledger with an end, and the ledger and the provider agree."""
    gone = set(seen.erased)
    entered = {
        event["subject"]
        for event in seen.distinct(analytics.MembershipsChanged.TYPE).values()
        if event["origin"] == "live" and seen.segment in segments_of(event["data"]["entered"])
    }
    ledger = {row["customer_id"] for row in seen.standing(seen.ledger)}
    states = {row["id"]: row["state"] for row in seen.ledger}
    kept = {row["key"] for row in seen.handed}
    ends = ("handed_over", "refused", "failed", "unknown")
    return [
        *violations("entered and not in the ledger", entered - ledger),
        *violations("in the ledger and never entered", ledger - entered),
        *violations("without an end", {id for id, state in states.items() if state not in ends}),
        *violations("handed over by the ledger only", {id for id, s in states.items() if s == "handed_over"} - kept),
        *violations("handed over, and the ledger denies it", {
            id for id in kept if id in states and states[id] not in ("handed_over", "unknown")}),
        *violations("handed over without a ledger row", kept - set(states) if not gone else ()),
    ]  # fmt: skip


def i7_consent_wins(seen: Evidence) -> list[str]:
    """Every hand-over has a permit, not older than ten seconds; no permit is written on a consent that did not hold in
    privacy's own order of commits, nor for an address that had refused by then; and as people saw it, nobody was
    mailed without having agreed."""
    permits: dict[str, list[Row]] = defaultdict(list)
    for permit in seen.permits:
        permits[permit["message_id"]].append(permit)
    lines: dict[str, list[Row]] = defaultdict(list)
    for line in sorted(seen.consents, key=lambda line: line["version"]):
        # Where something was granted a refusal of everything has a line for that too; only addresses may have no other.
        if line["effective"] and (line.get("purpose") != "*" or line["by_address"]):
            lines[line["customer_id"]].append(line)
    unpermitted, old = set(), set()
    for mail in seen.handed:
        ages = [mail["at"] - permit["granted_at"] for permit in permits[mail["key"]]]
        if not ages:
            unpermitted.add(f"{mail['key']} to {mail['to']}")
        elif not any(-0.1 <= age <= PERMIT_VALID_S + _TRANSFER_S for age in ages):
            old.add(f"{mail['key']}: {min(ages, key=abs):.1f} s")
    unfounded = {
        permit["permit_id"]
        for permit in seen.permits
        for member, version in zip(permit["covers"], permit["versions"], strict=True)
        if member not in seen.erased and member == permit["customer_id"] and not _granted(lines[member], version)
    }
    people = {permit["customer_id"] for permit in seen.permits}
    refused = {
        permit["permit_id"]
        for permit in seen.permits
        for member, version in zip(permit["covers"], permit["versions"], strict=True)
        # Another id of the customer may have refused before the current one agreed; an address may not.
        if member not in people and _by_address(lines[member]) and not _granted(lines[member], version, unsaid=True)
    }
    return [
        *violations("handed over without a permit", unpermitted if not seen.erased else ()),
        *violations("on a permit that was too old", old),
        *violations("permitted without consent", unfounded),
        *violations("permitted for an address that had refused", refused),
        *violations("mailed without having agreed", _unasked(seen)),
    ]


def _granted(lines: list[Row], version: int, *, unsaid: bool = False) -> bool:
    before = [line["action"] for line in lines if line["version"] <= version]
    return before[-1] == "granted" if before else unsaid


def _by_address(lines: list[Row]) -> bool:
    return any(line.get("by_address") for line in lines)


def _unasked(seen: Evidence) -> set[str]:
    asked: dict[str, float] = {}
    over: dict[str, float] = {}
    for row in seen.history:
        if row["op"] == "grant" and row["outcome"] != "failed":
            asked[row["who"]] = min(row["began"], asked.get(row["who"], row["began"]))
        if row["op"] == "withdraw" and row["outcome"] == "ok":
            over[row["who"]] = row["ended"]
    strangers = set()
    for mail in seen.handed:
        who = mail["to"].partition("@")[0]
        if who not in asked or mail["at"] < asked[who]:
            strangers.add(f"{mail['to']}: never agreed")
        elif (late := mail["at"] - over.get(who, mail["at"])) > PERMIT_VALID_S + _TRANSFER_S:
            strangers.add(f"{mail['to']}: {late:.1f} s after the withdrawal")
    return strangers
