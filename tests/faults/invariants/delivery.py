"""Accepted is recorded, emitted once, handled once, in order, and nothing is left over: I1, I2, I3, I6, I10, I12."""

from __future__ import annotations

from collections import Counter, defaultdict

from shared.contracts import customers, interactions
from tests.faults.consumers import CONSUMERS, FACTS
from tests.faults.invariants.people import forgotten
from tests.faults.invariants.wording import doubled, violations
from tests.faults.load import PUBLISHERS
from tests.faults.records import Evidence, Row
from tests.faults.script import MESSAGES, token_of

CANARY_S = 30.0
_RECORDED = {
    "purchase": interactions.PurchaseRecorded.TYPE,
    "return": interactions.ReturnRecorded.TYPE,
    "response": interactions.ResponseRecorded.TYPE,
}


def i1_accepted_is_recorded(seen: Evidence) -> list[str]:
    """Accepted = recorded ∪ dead-lettered; what is recorded is on Kafka once; refused writes appear nowhere."""
    return [*_messages(seen), *_on_kafka(seen), *_statements(seen), *_erasures(seen), *_merges(seen)]


def _messages(seen: Evidence) -> list[str]:
    kept = {(row["publisher"], row["message_id"]) for row in seen.interactions if row["publisher"] in PUBLISHERS}
    kept |= {(row["publisher"], row["message_id"]) for row in seen.letters if row["message_id"]}
    gone = forgotten(seen)
    rows = [row for row in seen.history if row["op"] in MESSAGES]
    tried = _by_outcome([row for row in rows if row["who"] not in gone])
    ever = {(row["publisher"], row["id"]) for row in rows}
    return [
        *violations("accepted and lost", tried["ok"] - kept),
        *violations("refused and yet recorded", (tried["failed"] - tried["ok"] - tried["unknown"]) & kept),
        # What is kept of an erased person has no message id.
        *violations("recorded and never sent", {message for message in kept if message[1]} - ever),
    ]


def _on_kafka(seen: Evidence) -> list[str]:
    problems = []
    for kind, type in _RECORDED.items():
        emitted = Counter(event["data"]["interaction_id"] for event in seen.distinct(type).values())
        rows = {row["id"] for row in seen.standing(seen.interactions) if row["kind"] == kind}
        problems += violations(f"{kind} recorded and not on Kafka", rows - set(emitted))
        problems += violations(f"{kind} on Kafka and not recorded", set(emitted) - {r["id"] for r in seen.interactions})
        problems += violations(f"{kind} emitted twice", doubled(emitted))
    return problems


def _statements(seen: Evidence) -> list[str]:
    """What somebody said of their consent is a line of the ledger, and what was refused is none."""
    gone, lines = forgotten(seen), {line["form"] for line in seen.consents if line.get("form")}
    problems = []
    for op in ("grant", "withdraw"):
        rows = [row for row in seen.history if row["op"] == op and row["who"] not in gone]
        said = _by_outcome(rows)
        problems += violations(f"{op} accepted and lost", {id for _, id in said["ok"] if token_of(id) not in lines})
        refused = said["failed"] - said["ok"] - said["unknown"]
        problems += violations(f"{op} refused and yet recorded", {id for _, id in refused if token_of(id) in lines})
    return problems


def _erasures(seen: Evidence) -> list[str]:
    """What was asked for is a request, and it has come to its end."""
    asked = {row["id"] for row in seen.history if row["op"] == "erase" and row["outcome"] == "ok"}
    states = {row["requested_by"]: row["state"] for row in seen.requests}
    by_token = {id: states.get(f"desk-{token_of(id)}") for id in asked}
    return [
        *violations("erase accepted and lost", {id for id, state in by_token.items() if state is None}),
        *violations("erasure without its end", {
            row["requested_by"] for row in seen.requests if row["state"] != "completed"}),
    ]  # fmt: skip


def _merges(seen: Evidence) -> list[str]:
    problems = []
    for op, type in (("merge", customers.CustomersMerged.TYPE), ("undo", customers.MergeUndone.TYPE)):
        asked = {row["id"] for row in seen.history if row["op"] == op and row["outcome"] == "ok"}
        told = {event["data"]["merge_id"] for event in seen.distinct(type, also_erased=True).values()}
        if len(told) < len(asked):
            problems.append(f"{len(asked)} of {op} accepted, {len(told)} on Kafka")
    return problems


def _by_outcome(rows: list[Row]) -> dict[str, set[tuple[str, str]]]:
    tried: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        tried[row["outcome"]].add((row.get("publisher", ""), row["id"]))
    return tried


def i2_no_phantom(seen: Evidence) -> list[str]:
    """Each event on Kafka has its row in its service's outbox, and each row is on Kafka. An erasure takes the rows that
    name somebody: those of the door of customers."""
    on_kafka: dict[str, set[str]] = defaultdict(set)
    taken: set[str] = set()
    for event in seen.events:
        on_kafka[event["source"]].add(event["id"])
        if event["topic"] == "customers-inbound" and event["subject"] in seen.erased:
            taken.add(event["id"])
    problems = []
    for service, ids in seen.outboxes.items():
        problems += violations(f"{service}: on Kafka without a row", on_kafka[service] - set(ids) - taken)
        problems += violations(f"{service}: a row and not on Kafka", set(ids) - on_kafka[service])
    return problems


def i3_one_effect(seen: Evidence) -> list[str]:
    """One effect per consumer and event: a row per message, a fact per interaction, an exposure per hand-over, an
    entry per customer."""
    purchases = Counter((r["publisher"], r["message_id"]) for r in seen.interactions if r["message_id"])
    facts = Counter(seen.facts)
    types = [fact.TYPE for fact in FACTS]
    emitted = set(seen.distinct(*types))
    exposures = Counter(row["mail"] for row in seen.interactions if row["kind"] == "exposure")
    handed = {row["id"] for row in seen.standing(seen.ledger) if row["state"] == "handed_over"}
    entries = Counter((row["campaign_id"], row["customer_id"]) for row in seen.ledger)
    return [
        *violations("recorded twice", doubled(purchases)),
        *violations("two facts of one event", doubled(facts)),
        *violations("an event without its fact", emitted - set(facts)),
        *violations("a fact without an event, or of somebody erased", set(facts) - emitted),
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
    every = {event["id"] for event in seen.events}
    letters = {row["event_id"] for row in seen.letters}
    for consumer, (_, topics, types) in CONSUMERS.items():
        expected = {event["id"] for event in seen.events if event["topic"] in topics and event["type"] in types}
        handled = set(seen.inboxes.get(consumer, []))
        problems += violations(f"{consumer}: consumed and not handled", expected - handled - letters)
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
