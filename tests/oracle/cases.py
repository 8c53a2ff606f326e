"""Random lives of a customer: events on time, late, doubled and out of order, changes, new definitions, merges."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.oracle.replay import Case, Step
from tests.oracle.trees import definitions, scopes
from tests.oracle.world import Event, moment_of

END = 60
channels = st.sampled_from(["a", "b", "ab", None])


ATTRIBUTES: list[tuple[str, st.SearchStrategy[Any]]] = [
    ("joined", st.nothing()),
    ("joined", st.nothing()),
    ("sex", channels),
    ("points", st.one_of(st.integers(0, 9), st.none())),
    ("tags", st.lists(st.sampled_from("xyz"), max_size=2)),
    ("born", st.sampled_from(["2006-01-01", "2005-01-01", "2004-02-29"])),
]


SCORES: list[tuple[str, list[Any]]] = [
    ("rfm_group", ["lost", "champions", None]),
    ("r", [1, 3, 5, None]),
    ("p_active", [0.1, 1 / 3, 0.9, None]),
]


@st.composite
def facts(draw: st.DrawFn, recorded: int) -> tuple[str, int, dict[str, Any]]:
    """Kind, second and properties: mostly on time, sometimes late, sometimes from the future."""
    lateness = draw(st.sampled_from([0, 0, 0, 1, 3, 9, 25, -2]))
    props: dict[str, Any] = {"channel": draw(channels), "amount": draw(st.one_of(st.integers(-2, 6), st.none()))}
    kind = draw(st.sampled_from(["purchase", "purchase", "purchase", "contact", "return"]))
    return kind, recorded - lateness, {name: value for name, value in props.items() if value is not None}


@st.composite
def changes(draw: st.DrawFn, recorded: int) -> tuple[str, Any]:
    """The kind and body of a change of the profile, consent or a list."""
    ahead = st.one_of(st.integers(recorded - 2, recorded + 20), st.none())
    kind = draw(st.sampled_from(["consent", "list", "attribute", "attribute", "score"]))
    if kind == "score":
        # One at a time: what several of a fit do and undo is netted by who emits, not by the engine.
        score, values = draw(st.sampled_from(SCORES))
        return kind, {score: draw(st.sampled_from(values))}
    if kind == "consent":
        return kind, (*draw(scopes), draw(st.sampled_from(["granted", "denied", "unknown"])), draw(ahead))
    if kind == "list":
        return kind, ("l-1", draw(st.booleans()), draw(ahead))
    name, values = draw(st.sampled_from(ATTRIBUTES))
    if name == "joined":
        return kind, (name, moment_of(recorded + draw(st.integers(-20, 10))).isoformat())
    return kind, (name, draw(values))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case; small enough that every second can be computed by brute force."""
    segments = draw(definitions())
    steps: list[Step] = []
    second = 0
    for number in range(draw(st.sampled_from([0, *range(4, 16)]))):
        second += draw(st.sampled_from([0, 0, 1, 1, 2, 3, 5, 9, -2]))
        second = max(0, min(second, END))
        kind, body = _body(draw, second, steps)
        name = f"e-{number}"
        if kind == "again":  # a duplicate: the same event, delivered once more
            steps.append(Step("event", body.id, body.recorded, body.body))
            continue
        if kind == "merge":
            body = tuple(Event(f"t-{number}-{index}", one[0], one[1], second, one[2]) for index, one in enumerate(body))
        steps.append(Step(kind, name, second, body, draw(st.booleans()), draw(st.integers(0, 4)) == 0))
    limit = draw(st.sampled_from([512, 512, 512, 2]))
    return Case(segments, tuple(steps), END, limit, delay=draw(st.sampled_from([0, 0, 0, 4])))


def _body(draw: st.DrawFn, second: int, steps: list[Step]) -> tuple[str, Any]:
    choice = draw(st.integers(0, 19))
    earlier = [step for step in steps if step.kind == "event"]
    if choice == 19:
        return "define", draw(definitions())
    if choice == 18:
        return "merge", draw(st.lists(facts(second), max_size=3))
    if choice == 17 and earlier:
        return "again", draw(st.sampled_from(earlier))
    if choice >= 12:
        return draw(changes(second))
    return "event", draw(facts(second))


def in_zone(case: Case, zone: str) -> Case:
    """The same life, with every calendar window, birthday and number of years in a zone."""
    steps = tuple(
        replace(step, body=_in_zone(step.body, zone)) if step.kind == "define" else step for step in case.steps
    )
    return replace(case, segments=_in_zone(case.segments, zone), steps=steps)


def _in_zone(tree: Any, zone: str) -> Any:
    if isinstance(tree, list):
        return [_in_zone(child, zone) for child in tree]
    if not isinstance(tree, dict):
        return tree
    moved = {key: _in_zone(child, zone) for key, child in tree.items()}
    if "calendar" in moved:
        moved["calendar"] = {**moved["calendar"], "zone": zone}
    if moved.get("op") in ("years_gte", "years_lt", "anniversary"):
        moved["zone"] = zone
    return moved
