"""Accepted is recorded, said once, heard once, in order, and nothing is left over: I1, I2, I3, I6, I10, I12."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.faults.hears import FACTS, HEARS
from tests.faults.invariants.wording import PURCHASE, doubled, forgotten, told
from tests.faults.records import Evidence

CANARY_S = 30.0


def i1_accepted_is_recorded(seen: Evidence) -> list[str]:
    """Accepted = recorded ∪ dead-lettered; what is recorded was said once on Kafka; refused writes appear nowhere."""
    kept = {(row["publisher"], row["message_id"]) for row in seen.interactions if row["kind"] == "purchase"}
    kept |= {(row["publisher"], row["message_id"]) for row in seen.letters if row["message_id"]}
    tried: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in seen.history:
        if row["op"] == "purchase" and row["who"] not in forgotten(seen):
            tried[row["outcome"]].add((row["publisher"], row["id"]))
    said = Counter(event["data"]["interaction_id"] for event in seen.distinct(PURCHASE).values())
    rows = [row["id"] for row in seen.standing(seen.interactions) if row["kind"] == "purchase"]
    return [
        *told("accepted and lost", tried["ok"] - kept),
        *told("refused and yet recorded", (tried["failed"] - tried["ok"] - tried["unknown"]) & kept),
        *told("recorded and never sent", {one for one in kept if one[1] and one not in set().union(*tried.values())}
               if not forgotten(seen) else ()),
        *told("recorded and not on Kafka", set(rows) - set(said)),
        *told("said twice", {one for one, count in said.items() if count > 1}),
    ]  # fmt: skip


def i2_no_phantom(seen: Evidence) -> list[str]:
    """Each event on Kafka has its row in its service's outbox, and each row is on Kafka."""
    on_kafka: dict[str, set[str]] = defaultdict(set)
    erased: set[str] = set()
    for event in seen.events:
        if event["subject"] in seen.erased:
            erased.add(event["id"])
        else:
            on_kafka[event["source"]].add(event["id"])
    found = []
    for service, ids in seen.outboxes.items():
        found += told(f"{service}: on Kafka without a row", on_kafka[service] - set(ids))
        found += told(f"{service}: a row and not on Kafka", set(ids) - on_kafka[service] - erased)
    return found


def i3_one_effect(seen: Evidence) -> list[str]:
    """One effect per consumer and event: a row per message, a fact per interaction, an exposure per hand-over, an
    entry per customer."""
    purchases = Counter((r["publisher"], r["message_id"]) for r in seen.interactions if r["message_id"])
    facts = Counter(seen.facts)
    said = set(seen.distinct(*(fact.TYPE for fact in FACTS)))
    exposures = Counter(row["mail"] for row in seen.interactions if row["kind"] == "exposure")
    handed = {row["id"] for row in seen.standing(seen.ledger) if row["state"] == "handed_over"}
    entries = Counter((row["campaign_id"], row["customer_id"]) for row in seen.ledger)
    return [
        *told("recorded twice", doubled(purchases)),
        *told("two facts of one event", doubled(facts)),
        *told("an event without its fact", said - set(facts)),
        *told("two exposures of one message", doubled(exposures)),
        *told("handed over without an exposure", handed - set(exposures)),
        *told("entered twice", doubled(entries)),
    ]


def i6_versions_grow(seen: Evidence) -> list[str]:
    """Per customer, source and topic the versions of events grow; a record that comes again does not count."""
    last: dict[tuple[str, str, str], int] = {}
    known: set[str] = set()
    wrong = set()
    for event in seen.events:
        if event["id"] in known:
            continue
        known.add(event["id"])
        place = (event["topic"], event["source"], event["subject"])
        if event["version"] <= last.get(place, 0):
            wrong.add(f"{event['subject']} {event['type']} {event['version']} after {last[place]}")
        last[place] = max(event["version"], last.get(place, 0))
    return told("out of order", wrong)


def i10_consumed_is_handled(seen: Evidence) -> list[str]:
    """Consumed = handled + dead-lettered, for each consumer; and after the replays no letter lies open."""
    found = []
    for consumer, (_, topics, types) in HEARS.items():
        heard = {
            event["id"]
            for event in seen.events
            if event["topic"] in topics and event["type"] in types and event["subject"] not in seen.erased
        }
        had = set(seen.inboxes.get(consumer, []))
        every = {event["id"] for event in seen.events}
        found += told(f"{consumer}: heard and not handled", heard - had)
        letters = {row["event_id"] for row in seen.letters}
        found += told(f"{consumer}: handled and not on its topics", had - every - letters)
    open_letters = [f"{r['service']} {r['consumer']}" for r in seen.letters if r["state"] in ("open", "replaying")]
    return found + told("letters left open", open_letters)


def i12_recovered(seen: Evidence) -> list[str]:
    """A canary passed within thirty seconds, nobody lags, every outbox is empty."""
    found = []
    if seen.canary_s is None or seen.canary_s > CANARY_S:
        found.append(f"canary: {'none came' if seen.canary_s is None else f'{seen.canary_s:.0f} s'}")
    found += [f"{group} lags by {count}" for group, count in seen.lag.items() if count]
    return found + [f"{count} rows in the outbox of {name}" for name, count in seen.unpublished.items() if count]
