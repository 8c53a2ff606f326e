"""Random definitions for the property test, as raw JSON over a small vocabulary."""

from typing import Any

from hypothesis import strategies as st

from tests.oracle.world import Tree, moment_of, second_of

NUMBERS = ("gte", "gte", "eq", "ne", "lt", "lte", "gt", "between")
small = st.integers(1, 8)
durations = st.sampled_from([2, 3, 5, 8, 13, 20, 1]).map(lambda length: f"PT{length}S")
seconds = st.integers(-10, 70).map(lambda second: moment_of(second).isoformat())


def threshold(op: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A constant for a numeric comparison."""
    return st.tuples(values, values).map(sorted) if op == "between" else values


@st.composite
def numeric(draw: st.DrawFn, values: st.SearchStrategy[int]) -> Tree:
    """`op` and `value` of a numeric comparison."""
    op = draw(st.sampled_from(NUMBERS))
    return {"op": op, "value": draw(threshold(op, values))}


texts: st.SearchStrategy[Tree] = st.one_of(
    st.sampled_from([{"op": "eq", "value": "a"}, {"op": "ne", "value": "a"}, {"op": "in", "value": ["a", "ab"]}]),
    st.sampled_from([{"op": "nin", "value": ["a", "b"]}, {"op": "contains", "value": "b"}]),
    st.sampled_from([{"op": "startswith", "value": "a"}, {"op": "exists"}, {"op": "missing"}]),
)
amounts: st.SearchStrategy[Tree] = st.one_of(
    numeric(st.integers(-3, 9)), st.sampled_from([{"op": "exists"}, {"op": "in", "value": [1, 2, 3]}])
)
comparisons: st.SearchStrategy[Tree] = st.one_of(
    texts.map(lambda test: {"prop": "channel", **test}), amounts.map(lambda test: {"prop": "amount", **test})
)
wheres = st.one_of(
    comparisons,
    st.lists(comparisons, max_size=2).map(lambda children: {"all": children}),
    st.lists(comparisons, max_size=2).map(lambda children: {"any": children}),
    comparisons.map(lambda child: {"not": child}),
)
lasts = durations.map(lambda length: {"last": length})


def often(*choices: tuple[int, st.SearchStrategy[Tree]]) -> st.SearchStrategy[Tree]:
    """One of some strategies, by weight; `one_of` gives each the same, and repeats do not count."""
    bag = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.integers(0, len(bag) - 1).flatmap(lambda index: bag[index])


windows = often(
    (12, lasts),
    (2, st.just({"ever": True})),
    (1, seconds.map(lambda start: {"from": start})),
    (1, seconds.map(lambda end: {"to": end})),
    (
        1,
        st.lists(seconds, min_size=2, max_size=2, unique=True).map(
            lambda ends: {"from": min(ends, key=second_of), "to": max(ends, key=second_of)}
        ),
    ),
    (2, st.tuples(st.integers(0, 10), small).map(lambda ab: {"between_ago": [f"PT{ab[0]}S", f"PT{ab[0] + ab[1]}S"]})),
    (
        2,
        st.tuples(st.sampled_from(["day", "week", "month", "quarter", "year"]), st.sampled_from(["this", "last"])).map(
            lambda pair: {"calendar": {"unit": pair[0], "which": pair[1]}}
        ),
    ),
)


@st.composite
def patterns(draw: st.DrawFn) -> Tree:
    """An event kind, usually without a condition."""
    out: Tree = {"event": draw(st.sampled_from(["purchase", "purchase", "purchase", "contact"]))}
    if draw(st.integers(0, 3)) == 3:
        out["where"] = draw(wheres)
    return out


@st.composite
def aggregates(draw: st.DrawFn) -> Tree:
    """An event leaf: count twice as often as the others."""
    agg = draw(st.sampled_from(["count", "count", "count", "sum", "sum", "avg", "min", "max", "distinct"]))
    out = {**draw(patterns()), "agg": agg, "window": draw(windows)}
    if agg == "count":
        return {**out, **draw(numeric(st.sampled_from([2, 1, 3, 0, 4])))}
    if agg == "distinct":
        return {**out, "field": draw(st.sampled_from(["channel", "amount"])), **draw(numeric(st.integers(0, 3)))}
    return {**out, "field": "amount", **draw(numeric(st.integers(-3, 12)))}


@st.composite
def nets(draw: st.DrawFn) -> Tree:
    """Purchases less returns, or returns as a share of them."""
    out: Tree = {"event": "purchase", "window": draw(windows)}
    if draw(st.integers(0, 3)) == 3:
        out["where"] = draw(wheres)
    if draw(st.integers(0, 2)) == 2:
        op = draw(st.sampled_from(NUMBERS))
        value = draw(threshold(op, st.sampled_from([0.3, 0.5, 1, 0, 0.333333, 2])))
        return {**out, "agg": "returned_share", "field": "amount", "op": op, "value": value}
    out["net"] = True
    if draw(st.booleans()):
        return {**out, "agg": "count", **draw(numeric(st.integers(-1, 3)))}
    return {**out, "agg": "sum", "field": "amount", **draw(numeric(st.integers(-3, 12)))}


@st.composite
def edges(draw: st.DrawFn) -> Tree:
    """The first or last matching event: its age, or a property."""
    out = {**draw(patterns()), "agg": draw(st.sampled_from(["first", "last"]))}
    if draw(st.booleans()):
        return {**out, draw(st.sampled_from(["within", "older_than"])): draw(durations)}
    return {**out, **draw(comparisons)}


@st.composite
def sequences(draw: st.DrawFn) -> Tree:
    """A then B, or A without B."""
    within = draw(small)
    body = {
        "first": draw(patterns()),
        draw(st.sampled_from(["then", "without"])): draw(patterns()),
        "within": f"PT{within}S",
        "last": f"PT{within + draw(small)}S",
    }
    return {"sequence": {**body, "same": "channel"} if draw(st.booleans()) else body}


ages = st.tuples(st.sampled_from(["age_gte", "age_lt"]), durations).map(
    lambda pair: {"attr": "joined", "op": pair[0], "value": pair[1]}
)
dates = st.one_of(
    ages,
    ages,
    st.tuples(st.sampled_from(["before", "after"]), seconds).map(
        lambda pair: {"attr": "joined", "op": pair[0], "value": pair[1]}
    ),
    st.tuples(st.sampled_from(["years_gte", "years_lt"]), st.integers(17, 19)).map(
        lambda pair: {"attr": "born", "op": pair[0], "value": pair[1]}
    ),
    st.tuples(small, small).map(
        lambda ab: {
            "attr": "born",
            "op": "anniversary",
            "value": {"before": f"PT{ab[0]}S", "after": f"PT{ab[1]}S"},
        }
    ),
)
attributes = st.one_of(
    texts.map(lambda test: {"attr": "sex", **test}),
    amounts.map(lambda test: {"attr": "points", **test}),
    st.sampled_from(["has_any", "has_all"]).map(lambda op: {"attr": "tags", "op": op, "value": ["x", "y"]}),
    dates,
)
# Mostly one pair, so that a statement meets its leaf; then another purpose of its channel, and another channel.
scopes = st.sampled_from(
    [*[("email", "marketing")] * 9, ("email", "research"), ("sms", "marketing"), ("sms", "research")]
)
consents = st.tuples(scopes, st.sampled_from(["granted", "denied", "unknown"])).map(
    lambda drawn: {"consent": {"channel": drawn[0][0], "purpose": drawn[0][1]}, "is": drawn[1]}
)
buckets = st.lists(st.integers(0, 10_000), min_size=2, max_size=2, unique=True).map(
    lambda ends: {"bucket": {"salt": "s", "from": min(ends), "to": max(ends)}}
)
shares = st.sampled_from([0.3, 0.1, 1 / 3, 0.7])
scores: st.SearchStrategy[Tree] = st.one_of(
    st.sampled_from(["eq", "ne"]).map(lambda op: {"score": "rfm_group", "op": op, "value": "lost"}),
    st.just({"score": "rfm_group", "op": "missing"}),
    st.just({"score": "rfm_group", "op": "in", "value": ["champions", "lost"]}),
    numeric(st.integers(1, 5)).map(lambda test: {"score": "r", **test}),
    st.tuples(st.sampled_from(["gte", "lt", "gt", "eq"]), shares).map(
        lambda pair: {"score": "p_active", "op": pair[0], "value": pair[1]}
    ),
)
others = often((4, consents), (2, st.just({"list": "l-1"})), (1, buckets), (2, scores))
leaves = often(
    (12, aggregates()), (2, nets()), (2, edges()), (2, sequences()), (1, attributes), (2, dates), (3, others)
)


def trees(references: list[str]) -> st.SearchStrategy[Tree]:
    """A tree of a few leaves, which may refer to other segments."""
    leaf = leaves
    if references:
        leaf = often((3, leaves), (2, st.sampled_from(references).map(lambda name: {"segment": name})))
    return often((2, leaf), (3, branches(leaf)), (1, branches(often((2, leaf), (1, branches(leaf))))))


def branches(child: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """`all`, `any` or `not` over something."""
    many = st.lists(child, min_size=1, max_size=3)
    return st.one_of(
        many.map(lambda children: {"all": children}),
        many.map(lambda children: {"any": children}),
        child.map(lambda inner: {"not": inner}),
    )


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Tree]:
    """One to three segments; later ones may refer to earlier ones."""
    out: dict[str, Tree] = {}
    for number in range(draw(st.integers(1, 3))):
        out[f"s{number}"] = draw(trees(list(out)))
    return out
