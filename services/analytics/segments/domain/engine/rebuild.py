"""A customer's state from the facts alone: for merges, dirty customers and back-fill."""

from services.analytics.segments.domain.engine.advance import Outcome, advance
from services.analytics.segments.domain.engine.inputs import History
from services.analytics.segments.domain.engine.program import Program
from services.analytics.segments.domain.engine.state import State, blank
from services.analytics.segments.domain.instants import NEVER


def rebuild(
    program: Program, customer: str, history: History, now: int, previous: State | None = None, cause: str = "rebuild"
) -> Outcome:
    """The state that the stream would have reached at `now`, had it seen the history.

    Of the previous state only the memberships are used, so that the outcome has who entered and left (at `now`, with
    `cause`), and the engine time, which never goes back. Facts must be each once, in any order.
    """
    before = previous or blank(customer)
    empty = State(customer, max(before.time, now), -1, 0, before.word, {}, {}, NEVER)
    return advance(program, empty, now, (), history, cause)
