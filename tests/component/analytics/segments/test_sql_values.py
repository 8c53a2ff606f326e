"""Values as they come, of any type and script, compared by SQL exactly as the engine compares them."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from services.analytics.facts.repository import COLUMNS, profiles_of
from services.analytics.memberships.domain import engine_fact
from services.analytics.segments.domain.catalogue import EVENTS, Type
from services.analytics.segments.domain.engine import AttributeChange
from services.analytics.segments.domain.engine.leaves import leaf_of
from services.analytics.segments.domain.engine.predicates import fold, where
from services.analytics.segments.domain.instants import DAY, SECOND, from_datetime
from services.analytics.segments.domain.language.nodes import (
    Age,
    Aggregate,
    Anniversary,
    Attribute,
    Comparison,
    Fixed,
    Last,
    Node,
    Not,
    Pattern,
    Years,
)
from services.analytics.segments.domain.sql import compile_truths
from shared.database.engine import Database
from shared.database.transaction import Tx

NOW = from_datetime(datetime(2024, 3, 1, 12, tzinfo=UTC))
E_COMPOSED, E_APART, KELVIN = "\u00e9", "e\u0301", "\u212a"
VALUES: list[Any] = [
    None, "", "a", "A", "ab", "straße", "STRASSE", "ΣΑΣ", "σας", "İ", "ı", "ﬁ", E_COMPOSED, E_APART, KELVIN, "K", "k",
    "a%", "a_",
    "\\", "1", "true", True, False, 0, 1, -1, 2, 1.0, 1.5, 0.1, -0.0, 1e16, 1e300, 5e-324, 2**53, 2**53 + 1, 10**30, [],
    ["a"], ["a", "b"], ["A", E_APART], ["a", 1], [["a"]], [None], {"a": 1}, {},
    "2024-02-29", "2004-02-29", "2024-02-30", "2024-03-01", "2023-03-01", "0001-01-01", "0000-01-01", "9999-12-31",
    "2024-03-01T12:00", "2024-03-01 12:00:00", "2024-03-01T12:00:00Z", "2024-03-01T12:00:00+00:00",
    "2024-03-01T13:00:00+01:00", "2024-03-01T12:00:00.000001Z", "2024-03-01T12:00:00.0000019Z", "2024-03-01T24:00:00",
    "2024-03-01T23:59:60", "2024-03-01T12:00:00+15:59", "2024-03-01T12:00:00+16:00", "2024-03-01t12:00:00z",
    "20240301", "2024-W09-5", "2024-3-1", " 2024-03-01", "2024-03-01\n", "2024-03-01Z", "today", "infinity", "epoch",
    "٢٠٢٤-03-01", "1994-03-01", "1994-03-02", "2025-01-01", "1900-02-28",
]  # fmt: skip
INSTANTS = (NOW, NOW + 1, NOW - DAY)
CONSTANTS: dict[Type, list[Any]] = {
    Type.STRING: ["a", "A", "straße", "σας", "i\u0307", E_COMPOSED, "K", "%", "\\", "1", "fi"],
    Type.INTEGER: [0, 1, -1, 2**53],
    Type.MONEY: [1],
    Type.NUMBER: [0, 1, 1.5, 0.1, 2**53],
    Type.QUANTITY: [0, 1, 1.5, 0.1, 2**53],
    Type.BOOLEAN: [True, False],
    Type.DATE: list(INSTANTS),
    Type.DATETIME: list(INSTANTS),
}
SCALAR_OPS = {
    Type.STRING: ("eq", "ne", "contains", "startswith"),
    Type.BOOLEAN: ("eq", "ne"),
    **dict.fromkeys((Type.INTEGER, Type.MONEY, Type.NUMBER, Type.QUANTITY), ("eq", "ne", "lt", "lte", "gt", "gte")),
    **dict.fromkeys((Type.DATE, Type.DATETIME), ("eq", "ne", "before", "after")),
}


def comparisons(name: str, kind: Type) -> list[Comparison]:
    """Every operator of a type with every constant."""
    found = [Comparison(name, kind, op) for op in ("exists", "missing")]
    cases = (False, True) if kind in (Type.STRING, Type.STRINGS) else (False,)
    if kind is Type.STRINGS:
        sets: list[tuple[str, ...]] = [("a",), ("a", "b"), (E_COMPOSED,), ("A", "z")]
        operators = ("has_any", "has_all")
        return found + [
            Comparison(name, kind, op, constant, ci) for op in operators for constant in sets for ci in cases
        ]
    constants = CONSTANTS[kind]
    for ci in cases:
        found += [Comparison(name, kind, op, constant, ci) for op in SCALAR_OPS[kind] for constant in constants]
        if kind not in (Type.BOOLEAN, Type.DATE, Type.DATETIME):
            found += [Comparison(name, kind, op, tuple(constants), ci) for op in ("in", "nin")]
    if kind not in (Type.STRING, Type.BOOLEAN):
        found.append(Comparison(name, kind, "between", (min(constants), max(constants))))
    return found


def customer(number: int) -> UUID:
    """The customer that holds a value."""
    return UUID(int=number + 1, version=4)


async def answers(tx: Tx, nodes: list[Node], now: int) -> dict[UUID, list[bool]]:
    """The truth of every node for every customer."""
    text, params = compile_truths({f"t{number}": node for number, node in enumerate(nodes)}, now)
    rows = await tx.rows(text, params)
    return {row["customer_id"]: [row[f"s{number}"] for number in range(len(nodes))] for row in rows}


async def hold(tx: Tx, values: list[Any]) -> None:
    """A customer for each value, which is the attribute x."""
    ids = [customer(number) for number in range(len(values))]
    await tx.execute(
        "insert into states (customer_id, partition, state) select c, 0, '' from unnest(cast(:ids as uuid[])) as t(c)",
        {"ids": ids},
    )
    held = [json.dumps({"x": value}) for value in values]
    await tx.execute(
        "insert into profiles (customer_id, attributes, version, changed_at)"
        " select c, a, 1, :now from unnest(cast(:ids as uuid[]), cast(:all as jsonb[])) as t(c, a)",
        {"ids": ids, "all": held, "now": tx.now},
    )


async def test_every_comparison_of_every_value_is_the_engines(database: Database) -> None:
    """Catches a cast that fails on a strange value, and one that takes it for another."""
    nodes: list[Node] = [Attribute(test) for kind in Type for test in comparisons("x", kind)]
    nodes += [Age("x", op, length) for op in ("age_gte", "age_lt") for length in (SECOND, DAY, 366 * DAY)]
    for zone in ("UTC", "America/New_York", "Pacific/Auckland"):
        nodes += [Years("x", op, years, zone) for op in ("years_gte", "years_lt") for years in (1, 20, 30)]
        nodes += [Anniversary("x", before, after, zone) for before, after in ((0, DAY), (7 * DAY, 0), (DAY, 200 * DAY))]
    async with database.transaction() as tx:
        await hold(tx, VALUES)
        found = await answers(tx, nodes, NOW)
        stored = await profiles_of(tx, found)
    for number, value in enumerate(VALUES):
        for node, answer in zip(nodes, found[customer(number)], strict=True):
            leaf = leaf_of(node, 0)
            # As it came with the event, and as it is read again from the table.
            for read in (value, stored[customer(number)]["x"]):
                expected, _ = leaf.answer(leaf.take(None, AttributeChange("", NOW, "x", read)), NOW)
                assert answer is bool(expected), (value, read, node)


TEXTS = [None, "", "a", "A", "ab", "straße", E_COMPOSED, E_APART, KELVIN, "%"]
WHOLES = [None, 0, 1, -1, 2**53, 2**53 + 1, -(2**53)]
FRACTIONS = [None, 0.0, 1.0, 1.5, -1.0, 1e16, 2.0**53, 0.1000004, 0.0000005, 1e-9, 0.1]


async def test_every_comparison_of_a_facts_property_is_the_engines(database: Database) -> None:
    """Catches a missing property that counts as different, and a fraction that counts as whole."""
    event = {"event_id": UUID(int=7), "event": "purchase_line", "line": 1, "time": datetime(2024, 1, 1, tzinfo=UTC)}
    rows: list[dict[str, Any]] = [
        {**dict.fromkeys(COLUMNS), **event, "recorded_at": event["time"], "customer_id": customer(number),
         "category": TEXTS[number % len(TEXTS)], "amount": WHOLES[number % len(WHOLES)],
         "quantity": FRACTIONS[(number // 2) % len(FRACTIONS)]}
        for number in range(110)
    ]  # fmt: skip
    types = {name: EVENTS["purchase_line"][name] for name in ("category", "amount", "quantity")}
    tests = [test for name, kind in types.items() for test in comparisons(name, kind)]
    nodes: list[Node] = [
        Aggregate(Pattern("purchase_line", tree), "count", None, Fixed(), "gte", 1)
        for test in tests
        for tree in (test, Not(test))
    ]
    async with database.transaction() as tx:
        await hold(tx, [None] * 110)
        casts = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in COLUMNS.items())
        await tx.execute(
            f"insert into facts ({', '.join(COLUMNS)}) select * from unnest({casts})",
            {name: [row[name] for row in rows] for name in COLUMNS},
        )
        found = await answers(tx, nodes, NOW)
    for row in rows:
        props = engine_fact(SimpleNamespace(**row)).props
        for node, answer in zip(nodes, found[row["customer_id"]], strict=True):
            assert isinstance(node, Aggregate)
            check = where(node.pattern.where)
            assert check is not None
            assert answer is check(props), (dict(props), node.pattern.where)


async def test_sums_of_fractions_are_the_engines(database: Database) -> None:
    """Catches a weight that is left out, and a tenth of a tenth that decides whether three of them are 0.3."""
    head = {"event": "purchase_line", "line": 1, "time": datetime(2024, 1, 1, tzinfo=UTC)}
    held = [[0.1, 0.1, 0.1], [0.3], [0.25, 0.05], [0.1000004, 0.1999996], [1.0, -0.7], [0.35, 0.0000004]]
    rows: list[dict[str, Any]] = [
        {**dict.fromkeys(COLUMNS), **head, "recorded_at": head["time"], "customer_id": customer(number),
         "event_id": UUID(int=number * 10 + index), "quantity": quantity}
        for number, quantities in enumerate(held)
        for index, quantity in enumerate(quantities)
    ]  # fmt: skip
    kind = EVENTS["purchase_line"]["quantity"]
    nodes: list[Node] = [
        Aggregate(Pattern("purchase_line"), agg, "quantity", window, op, value, kind)
        for agg in ("sum", "avg", "min", "max", "distinct")
        for window in (Fixed(), Last(366 * DAY))
        for op in ("eq", "gte", "gt")
        for value in (0.1, 0.3, 1)
        if agg != "distinct" or value == 1
    ]
    async with database.transaction() as tx:
        await hold(tx, [None] * len(held))
        casts = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in COLUMNS.items())
        await tx.execute(
            f"insert into facts ({', '.join(COLUMNS)}) select * from unnest({casts})",
            {name: [row[name] for row in rows] for name in COLUMNS},
        )
        found = await answers(tx, nodes, NOW)
    for number in range(len(held)):
        facts = [engine_fact(SimpleNamespace(**row)) for row in rows if row["customer_id"] == customer(number)]
        for node, answer in zip(nodes, found[customer(number)], strict=True):
            leaf = leaf_of(node, 0)
            for order in (facts, facts[::-1]):
                data = None
                for one in order:
                    data = leaf.take(data, one)
                assert answer is bool(leaf.answer(data, NOW)[0]), (held[number], node)
    thrice = nodes.index(Aggregate(Pattern("purchase_line"), "sum", "quantity", Fixed(), "eq", 0.3, kind))
    assert [found[customer(number)][thrice] for number in range(len(held))] == [True, True, True, True, True, False]


async def test_case_is_folded_as_python_folds_it(database: Database) -> None:
    """Catches a letter that is two texts to the stream and one to the preview."""
    letters = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
    known = [letter for letter in letters if unicodedata.category(letter) not in ("Cn", "Co")]
    async with database.transaction() as tx:
        rows = await tx.rows(
            "select x, normalize(casefold(normalize(x, NFC) collate pg_unicode_fast), NFC) as y"
            " from unnest(cast(:letters as text[])) as t(x)",
            {"letters": known},
        )
    wrong = [row["x"] for row in rows if fold(unicodedata.normalize("NFC", row["x"])) != row["y"]]
    assert not wrong


@pytest.mark.parametrize(
    "zone", ["America/Sao_Paulo", "Atlantic/Azores", "Europe/Berlin", "America/Havana", "America/St_Johns", "UTC"]
)
async def test_birthdays_begin_at_the_engines_midnight(database: Database, zone: str) -> None:
    """Catches a day that begins an hour early where the clock is set over midnight."""
    born = ["2000-11-04", "2000-11-05", "2000-10-28", "2000-10-29", "2000-10-15", "2000-10-31", "2000-02-29"]
    moments = [
        from_datetime(datetime(2006, month, day, hour, minute, tzinfo=UTC))
        for month, days in ((10, (28, 29, 30)), (11, (4, 5, 6)), (3, (1,)))
        for day in days
        for hour, minute in ((0, 0), (1, 0), (2, 29), (2, 31), (3, 0), (3, 30), (4, 0), (5, 0))
    ]
    spans = ((0, DAY // 24), (0, DAY), (0, DAY + 1), (2 * DAY, 0), (DAY + DAY // 24, 3 * DAY))
    nodes: list[Node] = [Years("x", "years_gte", 6, zone), *(Anniversary("x", *span, zone) for span in spans)]
    async with database.transaction() as tx:
        await hold(tx, born)
        for now in moments:
            found = await answers(tx, nodes, now)
            for number, day in enumerate(born):
                for node, answer in zip(nodes, found[customer(number)], strict=True):
                    leaf = leaf_of(node, 0)
                    expected, _ = leaf.answer(leaf.take(None, AttributeChange("", now, "x", day)), now)
                    assert answer is expected, (zone, day, now, node)
