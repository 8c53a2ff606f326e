"""Windows over event times as half-open bounds; the moment is known when the statement is made."""

from services.analytics.segments.domain.engine.leaves.spans import span_of
from services.analytics.segments.domain.language.nodes import Fixed, Window

Bounds = tuple[int | None, int | None]
"""Events with low <= ts < high count; None is open."""

FROM, UNTIL = ">=", "<"


def bounds(window: Window, now: int) -> Bounds:
    """The bounds of a window at an instant."""
    if isinstance(window, Fixed):
        return window.start, window.end
    return span_of(window).bounds(now)
