"""The sequence leaf: each first event, and whether a follower stands within its time; one window function."""

from services.analytics.segments.domain.catalogue import Type
from services.analytics.segments.domain.language.nodes import Pattern, Sequence
from services.analytics.segments.domain.sql.conditions import joined, where
from services.analytics.segments.domain.sql.events import EFFECTIVE, recorded
from services.analytics.segments.domain.sql.parameters import Parameters
from services.analytics.segments.domain.sql.people import ROOT, owned_facts
from services.analytics.segments.domain.sql.scopes import Scope
from services.analytics.segments.domain.sql.values import fact_property
from services.analytics.segments.domain.sql.windows import FROM


def pairs(leaf: Sequence, scope: Scope, parameters: Parameters, now: int) -> str:
    """A select of (root, l0): customers with some first event that was, or was not, followed in time."""
    key = "0" if leaf.same is None else fact_property(leaf.same, leaf.type or Type.STRING)
    start = parameters.instant(now - leaf.length + 1)
    roles = [_role(pattern, parameters) for pattern in (leaf.first, leaf.then)]
    kept = [recorded(parameters, now), f"({key}) is not null", joined("or", roles), f"f.time {FROM} {start}"]
    rows = (
        f"select {ROOT[type(scope)]} as root, {EFFECTIVE} as ts, {key} as key, {roles[0]} as leads,"
        f" {roles[1]} as follows from {owned_facts(scope, joined('and', [*kept, f'{EFFECTIVE} {FROM} {start}']))}"
    )
    # A follower at the very instant of the first event does not follow it, nor does one at the end of the time.
    span = f"interval '1 microsecond' following and {_length(leaf.within - 1, parameters)} following"
    followed = (
        f"count(*) filter (where e.follows) over (partition by e.root, e.key order by e.ts range between {span}) > 0"
    )
    held = "f.followed" if leaf.followed else f"not f.followed and f.ts <= {parameters.instant(now - leaf.within)}"
    return (
        f"select f.root, true as l0 from (select e.root, e.ts, e.leads, {followed} as followed from ({rows}) as e) as f"
        f" where f.leads and {held} group by f.root"
    )


def _role(pattern: Pattern, parameters: Parameters) -> str:
    return f"(f.event = {parameters.text(pattern.event)} and {where(pattern.where, parameters)})"


def _length(microseconds: int, parameters: Parameters) -> str:
    return f"({parameters.add(microseconds, 'bigint')} * interval '1 microsecond')"
