"""Accepted is recorded, emitted once, handled once, in order, and nothing is left over: I1, I2, I3, I6, I10, I12."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.faults.consumers import CONSUMERS, FACTS
from tests.faults.invariants.wording import PURCHASE, doubled, forgotten, violations
from tests.faults.records import Evidence

CANARY_S = 30.0


def i1_accepted_is_recorded(seen: Evidence) -> list[str]:
    """Accepted = recorded ∪ dead-lettered; what is recorded is on Kafka once; refused writes appear nowhere."""
    kept = {(row["publisher"], row["message_id"]) for row in seen.interactions if row["kind"] == "purchase"}
    kept |= {(row["publisher"], row["message_id"]) for row in seen.letters if row["message_id"]}
    tried: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in seen.history:
        if row["op"] == "purchase" and row["who"] not in forgotten(seen):
            tried[row["outcome"]].add((row["publisher"], row["id"]))
    emitted = Counter(event["data"]["interaction_id"] for event in seen.distinct(PURCHASE).values())
    rows = [row["id"] for row in seen.standing(seen.interactions) if row["kind"] == "purchase"]
    return [
        *violations("accepted and lost", tried["ok"] - kept),
        *violations("refused and yet recorded", (tried["failed"] - tried["ok"] - tried["unknown"]) & kept),
        *violations("recorded and never sent", {
            message for message in kept if message[1] and message not in set().union(*tried.values())
        } if not forgotten(seen) else ()),
        *violations("recorded and not on Kafka", set(rows) - set(emitted)),
        *violations("emitted twice", doubled(emitted)),
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
    problems = []
    for service, ids in seen.outboxes.items():
        problems += violations(f"{service}: on Kafka without a row", on_kafka[service] - set(ids))
        problems += violations(f"{service}: a row and not on Kafka", set(ids) - on_kafka[service] - erased)
    return problems


def i3_one_effect(seen: Evidence) -> list[str]:
    """One effect per consumer and event: a row per message, a fact per interaction, an exposure per hand-over, an
    entry per customer."""
    purchases = Counter((r["publisher"], r["message_id"]) for r in seen.interactions if r["message_id"])
    facts = Counter(seen.facts)
    emitted = set(seen.distinct(*(fact.TYPE for fact in FACTS)))
    exposures = Counter(row["mail"] for row in seen.interactions if row["kind"] == "exposure")
    handed = {row["id"] for row in seen.standing(seen.ledger) if row["state"] == "handed_over"}
    entries = Counter((row["campaign_id"], row["customer_id"]) for row in seen.ledger)
    return [
        *violations("recorded twice", doubled(purchases)),
        *violations("two facts of one event", doubled(facts)),
        *violations("an event without its fact", emitted - set(facts)),
        *violations("two exposures of one message", doubled(exposures)),
        *violations("handed over without an exposure", handed - set(exposures)),
        *violations("entered twice", doubled(entries)),
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
    return violations("out of order", wrong)


def i10_consumed_is_handled(seen: Evidence) -> list[str]:
    """Consumed = handled + dead-lettered, for each consumer; and after the replays no letter lies open."""
    problems = []
    for consumer, (_, topics, types) in CONSUMERS.items():
        expected = {
            event["id"]
            for event in seen.events
            if event["topic"] in topics and event["type"] in types and event["subject"] not in seen.erased
        }
        handled = set(seen.inboxes.get(consumer, []))
        every = {event["id"] for event in seen.events}
        problems += violations(f"{consumer}: consumed and not handled", expected - handled)
        letters = {row["event_id"] for row in seen.letters}
        problems += violations(f"{consumer}: handled and not on its topics", handled - every - letters)
    open_letters = [f"{r['service']} {r['consumer']}" for r in seen.letters if r["state"] in ("open", "replaying")]
    return problems + violations("letters left open", open_letters)


def i12_recovered(seen: Evidence) -> list[str]:
    """A canary passed within thirty seconds, nobody lags, every outbox is empty."""
    problems = []
    if seen.canary_s is None or seen.canary_s > CANARY_S:
        problems.append(f"canary: {'none came' if seen.canary_s is None else f'{seen.canary_s:.0f} s'}")
    problems += [f"{group} lags by {count}" for group, count in seen.lag.items() if count]
    return problems + [f"{count} rows in the outbox of {name}" for name, count in seen.unpublished.items() if count]
