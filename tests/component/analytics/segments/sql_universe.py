"""Many customers at once, in the tables of analytics: made from a seed, read by SQL, engine and oracle alike."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from services.analytics.facts.repository import COLUMNS
from services.analytics.segments.domain.language.nodes import Node
from services.analytics.segments.domain.sql import Scope, compile_truths
from shared.database.transaction import Tx
from tests.oracle.world import Event, World, moment_of

LIST = UUID("00000000-0000-4000-8000-00000000f001")
END = 60


@dataclass
class Person:
    """What is stored under one id."""

    id: UUID
    survivor: UUID | None = None
    events: list[Event] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    consent: tuple[str, int | None, int] | None = None  # state, end, changed at
    listed: tuple[int | None] | None = None  # until
    scores: dict[str, Any] = field(default_factory=dict)


def a_person(chance: random.Random, number: int, survivor: UUID | None) -> Person:
    """Somebody with up to a dozen facts: mostly on time, some late, some from the future."""
    person = Person(UUID(int=chance.getrandbits(128), version=4), survivor)
    for index in range(chance.choice([0, *range(2, 12)])):
        recorded = chance.randrange(END + 1)
        props = {"channel": chance.choice(["a", "b", "ab", None]), "amount": chance.choice([None, *range(-2, 7)])}
        person.events.append(
            Event(
                str(UUID(int=(number << 64) + index * chance.choice([1, 7919]), version=4)),
                chance.choice(["purchase", "purchase", "purchase", "return"]),
                recorded - chance.choice([0, 0, 0, 1, 3, 9, 25, -2]),
                recorded,
                {name: value for name, value in props.items() if value is not None},
            )
        )
    soon = [None, *range(0, END + 20, 7), 30]
    attributes: dict[str, list[Any]] = {
        "sex": ["a", "b", "ab", 7, None],
        "points": [0, 3, 8, 2.5, "3", None],
        "tags": [[], ["x"], ["x", "y"], ["z", 1], "x"],
        "born": ["2006-01-01", "2005-01-01", "2004-02-29", "yesterday"],
        "joined": [moment_of(chance.randrange(-10, END)).isoformat() for _ in range(3)],
    }
    for name, values in attributes.items():
        if chance.random() < 0.7:
            person.attributes[name] = chance.choice(values)
    if chance.random() < 0.7:
        state = chance.choice(["granted", "granted", "denied", "unknown"])
        person.consent = (state, chance.choice(soon), chance.randrange(END))
    if chance.random() < 0.4:
        person.listed = (chance.choice(soon),)
    if chance.random() < 0.6:
        person.scores = {
            "rfm_group": chance.choice(["lost", "champions", None]),
            "r": chance.choice([1, 3, 5, None]),
            # Of seventeen digits, of which the cast of a double to a numeric keeps fifteen.
            "p_active": chance.choice([0.1, 1 / 3, 0.30000000000000004, 0.7, None]),
        }
    return person


def a_universe(seed: int, size: int = 24) -> list[Person]:
    """`size` ids, a third of them merged into another, some through a chain of merges."""
    chance, people = random.Random(seed), list[Person]()
    for number in range(size):
        survivor = chance.choice(people).id if people and chance.random() < 0.35 else None
        people.append(a_person(chance, number, survivor))
    return people


def groups_of(people: list[Person]) -> dict[UUID, list[Person]]:
    """Each survivor with all that stand for it."""
    by_id = {person.id: person for person in people}
    groups: dict[UUID, list[Person]] = {}
    for person in people:
        root = person
        while root.survivor is not None:
            root = by_id[root.survivor]
        groups.setdefault(root.id, []).append(person)
    return groups


def a_world(root: UUID, group: list[Person], segments: dict[str, Any], now: int) -> World:
    """The oracle's world of one customer, knowing what was recorded up to a second."""
    world = World(str(root), segments)
    for event in sorted((event for person in group for event in person.events), key=lambda event: event.recorded):
        if event.recorded <= now:
            world.hear(event)
    # Values of another type are missing; the oracle does not look at types.
    kinds = {"sex": str, "points": int, "tags": list, "born": str, "joined": str}
    own = next(person for person in group if person.id == root)
    for name, value in own.attributes.items():
        wrong = not isinstance(value, kinds[name]) or value == "yesterday" or value == ["z", 1]
        world.attributes[name] = None if wrong else value
    world.scores = own.scores
    records = sorted((p.consent[2], p.id, p.consent[0], p.consent[1]) for p in group if p.consent)
    denials = [record for record in records if record[2] == "denied"]
    for _, _, state, end in denials[:1] or records[-1:]:
        world.consents["email", "marketing"] = (state, end)
    ends = [person.listed[0] for person in group if person.listed]
    if ends:
        world.lists[str(LIST)] = None if None in ends else max(end for end in ends if end is not None)
    return world


async def load(tx: Tx, people: list[Person]) -> None:
    """Write a universe into the tables."""
    rows = [
        {
            "customer_id": person.id, "event_id": UUID(event.id), "event": event.kind, "line": 0,
            "time": moment_of(event.ts), "recorded_at": moment_of(event.recorded), **event.props,
        }
        for person in people for event in person.events
    ]  # fmt: skip
    names = ("customer_id", "time", "event_id", "line", "event", "recorded_at", "channel", "amount")
    casts = ", ".join(f"cast(:{name} as {COLUMNS[name]}[])" for name in names)
    await tx.execute(
        f"insert into facts ({', '.join(names)}) select * from unnest({casts})",
        {name: [row.get(name) for row in rows] for name in names},
    )
    ids = {"ids": [person.id for person in people]}
    await tx.execute(
        "insert into states (customer_id, partition, state) select c, 0, '' from unnest(cast(:ids as uuid[])) as t(c)",
        ids,
    )
    await tx.execute(
        "insert into profiles (customer_id, attributes, version, changed_at)"
        " select c, a, 1, :now from unnest(cast(:ids as uuid[]), cast(:all as jsonb[])) as t(c, a)",
        {**ids, "all": [orjson.dumps(person.attributes).decode() for person in people], "now": moment_of(0)},
    )
    scored = [person for person in people if person.scores]
    await tx.execute(
        "insert into scores (customer_id, as_of, rfm_group, r, p_active) select c, :now, g, r, p from unnest("
        "cast(:ids as uuid[]), cast(:rfm_group as text[]), cast(:r as int[]), cast(:p_active as float8[]))"
        " as t(c, g, r, p)",
        {
            "ids": [person.id for person in scored], "now": moment_of(0),
            **{name: [person.scores[name] for person in scored] for name in ("rfm_group", "r", "p_active")},
        },
    )  # fmt: skip
    await _load_answers(tx, people)


async def _load_answers(tx: Tx, people: list[Person]) -> None:
    merged = [person for person in people if person.survivor is not None]
    await tx.execute(
        "insert into merges (absorbed, survivor, merge_id)"
        " select c, s, c from unnest(cast(:ids as uuid[]), cast(:survivors as uuid[])) as t(c, s)",
        {"ids": [person.id for person in merged], "survivors": [person.survivor for person in merged]},
    )
    agreed = [(p.id, p.consent[0], _moment(p.consent[1]), moment_of(p.consent[2])) for p in people if p.consent]
    await tx.execute(
        "insert into consents (customer_id, channel, purpose, state, expires_at, version, changed_at)"
        " select c, 'email', 'marketing', s, e, 1, a from unnest(cast(:ids as uuid[]), cast(:states as text[]),"
        " cast(:ends as timestamptz[]), cast(:at as timestamptz[])) as t(c, s, e, a)",
        dict(zip(("ids", "states", "ends", "at"), map(list, zip(*agreed, strict=True)), strict=True))
        if agreed
        else {"ids": [], "states": [], "ends": [], "at": []},
    )
    await tx.execute(
        "insert into lists (list_id, name, created_at, created_by) values (:id, 'l-1', :now, 'tests')",
        {"id": LIST, "now": moment_of(0)},
    )
    await tx.execute(
        "insert into list_members (customer_id, list_id, added_at, expires_at)"
        " select c, :list, :now, e from unnest(cast(:ids as uuid[]), cast(:ends as timestamptz[])) as t(c, e)",
        {
            "ids": [person.id for person in people if person.listed],
            "ends": [_moment(person.listed[0]) for person in people if person.listed],
            "list": LIST, "now": moment_of(0),
        },
    )  # fmt: skip


async def by_sql(tx: Tx, trees: dict[str, Node], now: int, scope: Scope) -> dict[UUID, frozenset[str]]:
    """The segments of each customer, as one statement has them."""
    statement, params = compile_truths(trees, now, scope)
    rows = await tx.rows(statement, params)
    return {
        row["customer_id"]: frozenset(name for number, name in enumerate(trees) if row[f"s{number}"]) for row in rows
    }


def _moment(second: int | None) -> Any:
    return None if second is None else moment_of(second)
