"""Leaves over scores, by a row of `scores` or by any row with columns of the same names."""

from services.analytics.segments.domain.catalogue import Type
from services.analytics.segments.domain.language.nodes import Comparison
from services.analytics.segments.domain.sql.conditions import comparison
from services.analytics.segments.domain.sql.parameters import Parameters


def of_scores(test: Comparison, parameters: Parameters, row: str = "score") -> str:
    """The truth of a score's comparison; never null, also where there is no row."""
    return of_value(test, parameters, f"{row}.{test.name}")


def of_value(test: Comparison, parameters: Parameters, value: str) -> str:
    """The same of an SQL value of the score's column."""
    # A double by its shortest text: the cast to numeric would keep 15 digits only.
    exact = f"cast(cast({value} as text) as numeric)" if test.type is Type.NUMBER else value
    return comparison(test, exact, parameters)
