"""The segment language: what it accepts, what it refuses, and how it says so.

What it would catch: a definition that means nothing (an unknown field, a window longer than what is kept) being saved,
an error that does not lead to its node, two equal leaves with two keys.
"""

import contextlib
import copy
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.segments.domain.catalogue import Catalogue, Type
from services.analytics.segments.domain.instants import DAY
from services.analytics.segments.domain.language import InvalidDefinition, Problem, key_of, order_of, parse, write
from tests.oracle.trees import definitions
from tests.oracle.world import Tree
from tests.unit.analytics.segments.segment_stream import VOCABULARY

CATALOGUE = Catalogue(
    attributes={"sex": Type.STRING, "age": Type.INTEGER, "born": Type.DATE, "tags": Type.STRINGS, "vip": Type.BOOLEAN},
    retention=400 * DAY,
    segments=frozenset({"vips"}),
    lists=frozenset({"press"}),
    channels=frozenset({"email"}),
    purposes=frozenset({"marketing"}),
)
PURCHASE = {"event": "purchase", "window": {"last": "P30D"}, "op": "gte", "value": 2}


def problems(raw: object, catalogue: Catalogue = CATALOGUE) -> tuple[Problem, ...]:
    with pytest.raises(InvalidDefinition) as refused:
        parse(raw, catalogue)
    return refused.value.problems


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (7, ""),
        ({}, ""),
        ({"attr": "sex", "event": "purchase"}, ""),
        ({"v": 2, "all": []}, "/v"),
        ({"all": [PURCHASE, {"attr": "sx", "op": "exists"}]}, "/all/1/attr"),
        ({"attr": "sex", "op": "gt", "value": "m"}, "/op"),
        ({"attr": "sex", "op": "eq", "value": 1}, "/value"),
        ({"attr": "sex", "op": "eq"}, ""),
        ({"attr": "sex", "op": "exists", "value": "m"}, "/value"),
        ({"attr": "age", "op": "gt", "value": math.nan}, "/value"),
        ({"attr": "age", "op": "gt", "value": True}, "/value"),
        ({"attr": "age", "op": "between", "value": [9, 3]}, "/value"),
        ({"attr": "age", "op": "in", "value": []}, "/value"),
        ({"attr": "age", "op": "gt", "value": 1, "ci": True}, "/ci"),
        ({"attr": "vip", "op": "eq", "value": "yes"}, "/value"),
        ({"attr": "tags", "op": "has_any", "value": ["a", 1]}, "/value/1"),
        ({"attr": "born", "op": "before", "value": "yesterday"}, "/value"),
        ({"attr": "born", "op": "age_gte", "value": "P1Y"}, "/value"),
        ({"attr": "born", "op": "years_gte", "value": 18, "zone": "Mars/Base"}, "/zone"),
        ({"attr": "sex", "op": "age_gte", "value": "P1D"}, "/op"),
        ({**PURCHASE, "event": "buy"}, "/event"),
        ({**PURCHASE, "limit": 3}, "/limit"),
        ({**PURCHASE, "value": 2.5}, "/value"),
        ({**PURCHASE, "agg": "median"}, "/agg"),
        ({**PURCHASE, "agg": "sum", "field": "store"}, "/field"),
        ({**PURCHASE, "agg": "sum", "field": "amount", "value": "100.00"}, "/value"),
        ({**PURCHASE, "where": {"all": [{"prop": "category", "op": "eq", "value": "x"}]}}, "/where/all/0/prop"),
        ({**PURCHASE, "window": {"last": "P401D"}}, "/window/last"),
        ({**PURCHASE, "window": {"last": "P0D"}}, "/window/last"),
        ({**PURCHASE, "window": {"ever": True}}, "/window"),
        ({**PURCHASE, "window": {"from": "2024-05-01", "to": "2024-05-01"}}, "/window"),
        ({**PURCHASE, "window": {"between_ago": ["P90D", "P30D"]}}, "/window/between_ago"),
        ({**PURCHASE, "window": {"calendar": {"unit": "decade", "which": "this"}}}, "/window/calendar/unit"),
        ({"event": "purchase", "agg": "last", "within": "P1D", "older_than": "P1D"}, ""),
        ({"all": [PURCHASE, {"all": [{**PURCHASE, "window": {"last": "30"}}]}]}, "/all/1/all/0/window/last"),
        ({"segment": "nobody"}, "/segment"),
        ({"list": "nobody"}, "/list"),
        ({"consent": {"channel": "fax", "purpose": "marketing"}, "is": "granted"}, "/consent/channel"),
        ({"consent": {"channel": "email", "purpose": "marketing"}, "is": "perhaps"}, "/is"),
        ({"bucket": {"salt": "s", "from": 5, "to": 5}}, "/bucket"),
        ({"all": [{"attr": "sex", "op": "exists"}] * 51}, "/all"),
    ],
)
def test_a_wrong_definition_is_refused_at_its_node(raw: object, path: str) -> None:
    found = problems(raw)
    assert path in [problem.path for problem in found]
    assert all(problem.message and problem.cure for problem in found)


def test_all_problems_are_told_at_once() -> None:
    wrong = {"all": [{"attr": "sx", "op": "exists"}, {"not": {**PURCHASE, "op": "like", "window": {"last": "P1Y"}}}]}
    assert [problem.path for problem in problems(wrong)] == ["/all/0/attr", "/all/1/not/window/last", "/all/1/not/op"]


def test_a_tree_too_deep_or_too_large_is_refused() -> None:
    deep: dict[str, Any] = PURCHASE
    for _ in range(8):
        deep = {"not": deep}
    assert "deeper" in problems(deep, Catalogue())[0].message
    wide = {"all": [{"any": [{"attr": "sex", "op": "exists"}] * 26}] * 2}
    assert "52 leaves" in problems(wide)[0].message


def test_a_path_with_a_slash_in_a_key_is_escaped() -> None:
    assert problems({**PURCHASE, "a/b~c": 1})[0].path == "/a~1b~0c"


def test_equal_leaves_have_one_key_however_they_are_written() -> None:
    plain = parse(PURCHASE, CATALOGUE)
    assert key_of(parse({**PURCHASE, "agg": "count", "window": {"last": "PT720H"}}, CATALOGUE)) == key_of(plain)
    assert key_of(parse({**PURCHASE, "value": 3}, CATALOGUE)) != key_of(plain)
    some = {"attr": "sex", "op": "in", "value": ["m", "f"]}
    assert key_of(parse(some, CATALOGUE)) == key_of(parse({**some, "value": ["f", "m", "f"]}, CATALOGUE))


def test_texts_are_compared_in_normal_form() -> None:
    composed, decomposed = ({"attr": "sex", "op": "eq", "value": text} for text in ("\u00e9", "e\u0301"))
    assert parse(composed, CATALOGUE) == parse(decomposed, CATALOGUE)


def test_segments_that_refer_to_each_other_in_a_circle_are_refused() -> None:
    trees = {name: parse({"all": [{"segment": other}]}, Catalogue()) for name, other in (("a", "b"), ("b", "a"))}
    with pytest.raises(InvalidDefinition, match="a → b → a"):
        order_of(trees)


def test_segments_are_ordered_so_that_each_comes_after_what_it_needs() -> None:
    trees = {"a": parse({"segment": "b"}, Catalogue()), "b": parse({"segment": "c"}, Catalogue())}
    with pytest.raises(InvalidDefinition, match="unknown segment 'c'"):
        order_of(trees)
    assert order_of({**trees, "c": parse({"all": []}, Catalogue())}) == ("c", "b", "a")


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(["\ud800", "9999-12-31T23:59:59-12:00", "0001-01-01", "P99999999D", [], {}, [[]], {"all": {}}]),
)


def places(raw: Any) -> list[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    pairs = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [found for key, inner in pairs for found in [(raw, key), *places(inner)]]


@settings(max_examples=500, deadline=None)
@given(segments=definitions(), value=junk, data=st.data())
def test_whatever_is_sent_is_accepted_or_refused_and_never_breaks_the_reader(
    segments: dict[str, Tree], value: object, data: st.DataObject
) -> None:
    raw = copy.deepcopy(segments)
    container, key = data.draw(st.sampled_from(places(raw)))
    container[key] = value
    for tree in raw.values():
        with contextlib.suppress(InvalidDefinition):
            key_of(parse(tree, VOCABULARY))


@settings(max_examples=200, deadline=None)
@given(segments=definitions())
def test_canonical_json_is_read_back_as_the_same_tree(segments: dict[str, Tree]) -> None:
    for raw in segments.values():
        tree = parse(raw, VOCABULARY)
        assert parse(write(tree), VOCABULARY) == tree
