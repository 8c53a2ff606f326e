"""One statement for whole definitions: a part for each kind of event, and a row for each customer."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.analytics.segments.domain.language import leaves_of, order_of, references_of
from services.analytics.segments.domain.language import nodes as n
from services.analytics.segments.domain.sql.conditions import joined
from services.analytics.segments.domain.sql.events import EventLeaf, of_nothing, pass_over
from services.analytics.segments.domain.sql.parameters import Parameters
from services.analytics.segments.domain.sql.people import population
from services.analytics.segments.domain.sql.profile import consent_of, list_of, of_profile
from services.analytics.segments.domain.sql.scopes import EVERYBODY, Scope
from services.analytics.segments.domain.sql.scores import of_scores
from services.analytics.segments.domain.sql.sequences import pairs

Compiled = tuple[str, dict[str, Any]]
"""The text of a statement, and its parameters by name."""


def compile_sql(
    node: n.Node, now: int, references: Mapping[str, n.Node] | None = None, scope: Scope = EVERYBODY, sample: int = 0
) -> Compiled:
    """(customers, members, sample) of a definition at an instant: how many there are, how many it holds, and some.

    `references` has the trees of all segments that the definition refers to, directly or not.
    """
    wanted = ""  # no segment has this id
    with_, select, parameters = _truths({**(references or {}), wanted: node}, [wanted], now, scope)
    most = parameters.add(sample, "bigint")
    some = f"(array_agg(customer_id order by uuid_hash_extended(customer_id, 1)) filter (where s0))[1:{most}]"
    return (
        f"{with_} select count(*) as customers, count(*) filter (where s0) as members,"
        f" {some if sample else 'cast(null as uuid[])'} as sample from ({select}) as truths",
        parameters.values,
    )


def compile_truths(trees: Mapping[str, n.Node], now: int, scope: Scope = EVERYBODY) -> Compiled:
    """A row for each customer at an instant: customer_id, and s0, s1, …, one boolean for each tree, in their order.

    The trees may refer to one another by their names. Raises InvalidDefinition when a reference leads nowhere.
    """
    with_, select, parameters = _truths(trees, list(trees), now, scope)
    return f"{with_} {select}", parameters.values


def compile_fill(trees: Mapping[str, n.Node], numbers: Mapping[str, int], now: int, scope: Scope) -> Compiled:
    """A row (customer_id, number) for each customer in a definition at an instant.

    `numbers` says which of the trees are wanted, and the number of each; the others are what they refer to.
    """
    with_, select, parameters = _truths(trees, list(numbers), now, scope)
    places = [f"s{place}" for place in range(len(numbers))]
    values = ", ".join(
        f"({parameters.add(number, 'int')}, {s})" for number, s in zip(numbers.values(), places, strict=True)
    )
    return (
        f"{with_} select customer_id, number from (select * from ({select}) as answered where {joined('or', places)})"
        f" as truths cross join lateral (values {values}) as v(number, holds) where holds",
        parameters.values,
    )


def _truths(trees: Mapping[str, n.Node], wanted: list[str], now: int, scope: Scope) -> tuple[str, str, Parameters]:
    parameters = Parameters()
    order = order_of(trees)
    answers = _Answers(now, scope, parameters)
    answers.add(leaf for name in order for leaf in leaves_of(trees[name]))
    referred = {name for tree in trees.values() for name in references_of(tree)}
    steps = []
    for number, name in enumerate(order):
        answer = answers.tree(trees[name])
        if name in referred:
            # Worked out once (`offset 0` keeps it so), however many refer to it.
            steps.append(f"cross join lateral (select {answer} as s offset 0) as t{number}")
            answer = f"t{number}.s"
        answers.columns[n.Segment(name)] = answer
    columns = [f"{answers.columns[n.Segment(name)]} as s{number}" for number, name in enumerate(wanted)]
    profile = "left join profiles profile on profile.customer_id = p.root"
    score = "left join scores score on score.customer_id = p.root"
    tables = [profile] * answers.uses_profile + [score] * answers.uses_scores
    joins = [*tables, *(f"left join {name} on {name}.root = p.root" for name in answers.parts)]
    select = (
        f"select {', '.join(['p.root as customer_id', *columns])} from people p {' '.join(joins)} {' '.join(steps)}"
    )
    parts = [*population(scope, parameters), *(f"{name} as ({part})" for name, part in answers.parts.items())]
    return f"with recursive {', '.join(parts)}", select, parameters


class _Answers:
    """The parts of a statement, and the column that answers each leaf."""

    def __init__(self, now: int, scope: Scope, parameters: Parameters) -> None:
        self.now, self.scope, self.parameters = now, scope, parameters
        self.parts: dict[str, str] = {}
        self.columns: dict[n.Node, str] = {}
        self.uses_profile = self.uses_scores = False

    def add(self, leaves: Iterable[n.Node]) -> None:
        """Make the parts that answer these leaves; equal leaves share one."""
        kinds: dict[tuple[str, ...], list[EventLeaf]] = {}
        for leaf in dict.fromkeys(leaves):
            match leaf:
                case n.Aggregate():
                    kinds.setdefault(leaf.kinds, []).append(leaf)
                case n.Edge() | n.EdgeAge():
                    kinds.setdefault((leaf.pattern.event,), []).append(leaf)
                case n.Sequence():
                    self._alone(leaf, pairs(leaf, self.scope, self.parameters, self.now), False)
                case n.Consent():
                    part = consent_of(leaf, self.scope, self.parameters, self.now)
                    self._alone(leaf, part, leaf.status == "unknown")
                case n.ListMember():
                    self._alone(leaf, list_of(leaf, self.scope, self.parameters, self.now), False)
                case n.Score(test):
                    self.columns[leaf] = of_scores(test, self.parameters)
                    self.uses_scores = True
                case n.Attribute() | n.Age() | n.Years() | n.Anniversary() | n.Bucket():
                    self.columns[leaf] = of_profile(leaf, self.parameters, self.now)
                    self.uses_profile = True
        for events, found in kinds.items():
            name = self._part(pass_over(events, found, self.scope, self.parameters, self.now))
            for number, leaf in enumerate(found):
                self.columns[leaf] = _or_absent(f"{name}.l{number}", of_nothing(leaf))

    def tree(self, node: n.Node) -> str:
        """A tree over the leaves' columns, none of which is ever null."""
        match node:
            case n.All(children):
                return joined("and", [self.tree(child) for child in children])
            case n.AnyOf(children):
                return joined("or", [self.tree(child) for child in children])
            case n.Not(child):
                return f"(not {self.tree(child)})"
            case _:
                return f"({self.columns[node]})"

    def _alone(self, leaf: n.Node, part: str, absent: bool) -> None:
        self.columns[leaf] = _or_absent(f"{self._part(part)}.l0", absent)

    def _part(self, text: str) -> str:
        name = f"e{len(self.parts)}"
        self.parts[name] = text
        return name


def _or_absent(column: str, absent: bool) -> str:
    """A truth where there is no row for it: a form that lets the planner see when only customers with a row matter."""
    return f"{column} is not false" if absent else f"{column} is true"
