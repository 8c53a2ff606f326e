"""Score leaves and nets in the language: what is refused, and what canonical JSON they have."""

from __future__ import annotations

from typing import Any

import pytest

from services.analytics.scores.domain.rfm import NAMES
from services.analytics.scores.repository.scores import COLUMNS
from services.analytics.segments.domain.catalogue import SCORES, Catalogue
from services.analytics.segments.domain.language import InvalidDefinition, parse, write
from services.analytics.segments.domain.vocabulary import SCORE_BOUNDS, SCORE_VALUES

WORDS = Catalogue(score_values=SCORE_VALUES, score_bounds=SCORE_BOUNDS)
EVER = {"ever": True}
NET: dict[str, Any] = {"event": "purchase", "agg": "sum", "field": "amount", "net": True, "op": "gt", "value": 5}


def test_scores_are_those_that_fits_make() -> None:
    """Catches a score that segments may ask for and nobody writes, and a group that is refused."""
    written = {name for columns in COLUMNS.values() for name in columns}
    assert SCORES.keys() <= written
    assert set(SCORE_VALUES["rfm_group"]) == set(NAMES)


@pytest.mark.parametrize("leaf", [
    {"score": "rfm_group", "op": "in", "value": ["champions", "lost"]},
    {"score": "p_active", "op": "between", "value": [0.25, 0.5]},
    {"score": "clv", "op": "missing"},
    {**NET, "window": {"last": "P30D"}},
    {"event": "purchase", "agg": "returned_share", "field": "amount", "op": "gt", "value": 0.3, "window": EVER},
    {"event": "purchase_line", "agg": "count", "net": True, "op": "lt", "value": 3, "window": EVER},
])  # fmt: skip
def test_canonical_json_means_the_same(leaf: dict[str, Any]) -> None:
    """Catches a leaf that is stored as something else."""
    tree = parse(leaf, WORDS)
    assert parse(write(tree), WORDS) == tree
    assert write(tree) == leaf


def test_what_is_not_net_is_stored_as_before() -> None:
    """Catches leaves that lose their number, and with it their memory, by an upgrade."""
    assert "net" not in write(parse({**NET, "net": False}, WORDS))


@pytest.mark.parametrize(("leaf", "where"), [
    ({**NET, "agg": "avg"}, "/net"),
    ({**NET, "event": "return"}, "/net"),
    ({**NET, "net": "yes"}, "/net"),
    ({**NET, "agg": "returned_share"}, "/net"),
    ({"event": "return", "agg": "returned_share", "field": "amount", "op": "gt", "value": 0.3}, "/event"),
    ({"score": "spend_percentile", "op": "gt", "value": 101}, "/value"),
    ({"score": "r", "op": "between", "value": [0, 3]}, "/value"),
    ({"score": "r", "op": "eq", "value": 1, "ci": True}, "/ci"),
    ({"score": "r", "op": "age_gte", "value": "P1D"}, "/op"),
    ({"score": "r", "attr": "sex", "op": "eq", "value": 1}, ""),
])  # fmt: skip
def test_what_means_nothing_is_refused_where_it_stands(leaf: dict[str, Any], where: str) -> None:
    """Catches a net average, and a threshold that nobody can reach."""
    with pytest.raises(InvalidDefinition) as refused:
        parse(leaf, WORDS)
    assert [problem.path for problem in refused.value.problems] == [where]
