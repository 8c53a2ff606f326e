"""What was handed over was due, permitted and handed over once, and not too often: I4, I5, I7, I13."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from shared.contracts import analytics, campaigns
from tests.faults.invariants.people import addressee, ever_one, forgotten, friends
from tests.faults.invariants.wording import doubled, ledger_key, segments_of, violations
from tests.faults.records import Evidence, Row

PERMIT_VALID_S = 10.0
# From the sender's last look at its permit to the provider's log: one body over loopback, on a busy machine.
_TRANSFER_S = 1.5


def i4_handed_over_once(seen: Evidence) -> list[str]:
    """The provider's log holds at most one mail per ledger key (campaign, entry, customer, step, channel), and per
    campaign and address: everybody here enters once."""
    rows = {row["id"]: row for row in seen.ledger}
    keys = Counter(ledger_key(rows[m["key"]]) if m["key"] in rows else m["key"] for m in seen.handed)
    letters = Counter((rows.get(m["key"], {}).get("campaign_id"), m["to"]) for m in seen.handed)
    return [
        *violations("handed over twice", doubled(keys)),
        *violations("two mails of one campaign to one address", doubled(letters)),
    ]


def i5_audience_adds_up(seen: Evidence) -> list[str]:
    """Everybody who entered the segment is in the ledger with an end, and the ledger and the provider agree."""
    one = ever_one(seen)
    entered = {
        one.get(event["subject"], event["subject"])
        for event in seen.distinct(analytics.MembershipsChanged.TYPE).values()
        if event["origin"] == "live" and seen.segment in segments_of(event["data"]["entered"])
    }
    ledger = {
        one.get(row["customer_id"], row["customer_id"])
        for row in seen.standing(seen.ledger)
        if row["campaign_id"] == seen.campaign
    }
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
        *violations("handed over without a ledger row", kept - set(states)),
        *violations("in the ledger under an id that nobody has", _strangers(seen)),
    ]  # fmt: skip


def _strangers(seen: Evidence) -> set[str]:
    """Rows under ids that no event knows, except those that were an erased customer's when they ended."""
    known = {event["subject"] for event in seen.events}
    ended = seen.distinct(campaigns.MessageSettled.TYPE, also_erased=True).values()
    erased = {event["data"]["message_id"] for event in ended if event["subject"] in seen.erased}
    return {row["id"] for row in seen.ledger if row["customer_id"] not in known and row["id"] not in erased}


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
    unpermitted, old, gone = set(), set(), forgotten(seen)
    for mail in seen.handed:
        ages = [mail["at"] - permit["granted_at"] for permit in permits[mail["key"]]]
        if not ages:
            # An erasure takes the permits of whoever is erased, and of nobody else.
            unpermitted |= {f"{mail['key']} to {mail['to']}"} if addressee(mail) not in gone else set()
        elif not any(-0.1 <= age <= PERMIT_VALID_S + _TRANSFER_S for age in ages):
            old.add(f"{mail['key']}: {min(ages, key=abs):.1f} s")
    people = {permit["customer_id"] for permit in seen.permits}
    unfounded, refused = set(), set()
    for permit in seen.permits:
        for member, version in zip(permit["covers"], permit["versions"], strict=True):
            own = member == permit["customer_id"] and member not in seen.erased
            if own and not _is_grant(_said_before(lines, permit)):
                unfounded.add(permit["permit_id"])
            # Another id of the customer may have refused before the current one agreed; an address may not.
            address = member not in people and _by_address(lines[member])
            if address and not _granted(lines[member], version, unsaid=True):
                refused.add(permit["permit_id"])
    return [
        *violations("handed over without a permit", unpermitted),
        *violations("on a permit that was too old", old),
        *violations("permitted without consent", unfounded),
        *violations("permitted for an address that had refused", refused),
        *violations("mailed without having agreed", _unasked(seen)),
    ]


def _said_before(lines: dict[str, list[Row]], permit: Row) -> list[Row]:
    """The lines of the customer that the permit saw, or where there are none of the ids that are the customer's too: of
    each id as many as its version says."""
    of = {
        member: [line for line in lines[member] if line["version"] <= version]
        for member, version in zip(permit["covers"], permit["versions"], strict=True)
    }
    others = [line for said in of.values() for line in said if not line.get("by_address")]
    return of[permit["customer_id"]] or sorted(others, key=lambda line: line["version"])


def _granted(lines: list[Row], version: int, *, unsaid: bool = False) -> bool:
    return _is_grant([line for line in lines if line["version"] <= version], unsaid=unsaid)


def _is_grant(lines: list[Row], *, unsaid: bool = False) -> bool:
    return lines[-1]["action"] == "granted" if lines else unsaid


def _by_address(lines: list[Row]) -> bool:
    return any(line.get("by_address") for line in lines)


def _unasked(seen: Evidence) -> set[str]:
    """Mails as their readers saw them: before anybody of the household agreed, or long after a withdrawal or an erasure
    of their own."""
    one = friends(seen)
    asked: dict[str, float] = {}
    over: dict[str, float] = {}
    for row in seen.history:
        if row["op"] == "grant" and row["outcome"] != "failed":
            who = str(one.get(row["who"]) or row["who"])
            asked[who] = min(row["began"], asked.get(who, row["began"]))
        if row["op"] in ("withdraw", "erase") and row["outcome"] == "ok":
            over[row["who"]] = min(row["ended"], over.get(row["who"], row["ended"]))
    strangers = set()
    for mail in seen.handed:
        who = addressee(mail)
        agreed = asked.get(one.get(who) or who)
        if agreed is None or mail["at"] < agreed:
            strangers.add(f"{mail['to']}: never agreed")
        elif (late := mail["at"] - over.get(who, mail["at"])) > PERMIT_VALID_S + _TRANSFER_S:
            strangers.add(f"{mail['to']}: {late:.1f} s after the withdrawal")
    return strangers


def i13_caps_hold(seen: Evidence) -> list[str]:
    """Nobody gets two mails within the policy's window, over all campaigns. A claim may be as old as a permit when its
    mail is kept."""
    apart = seen.second.get("apart_s", 0.0) - PERMIT_VALID_S - _TRANSFER_S
    mails: dict[str, list[float]] = defaultdict(list)
    for mail in seen.handed:
        mails[mail["to"]].append(mail["at"])
    close = set()
    for to, times in mails.items():
        times.sort()
        close |= {f"{to}: {b - a:.0f} s apart" for a, b in pairwise(times) if b - a < apart}
    return violations("mailed again within the cap's window", close)
