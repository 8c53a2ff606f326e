"""When to wake a customer: the first instant at which time alone changes a membership.

Found by letting time pass on a copy, from one change of a leaf to the next, until a segment's test comes out
differently. This is exact, where combining next changes up the tree gives only a bound, and it costs less: it stops at
the first change, and asks only segments above a leaf that flipped.
"""

from collections.abc import Mapping

from services.analytics.segments.domain.engine.leaves import Data
from services.analytics.segments.domain.engine.program import Program
from services.analytics.segments.domain.engine.state import OVERFLOW
from services.analytics.segments.domain.instants import NEVER

FARTHEST = 64
"""Changes of leaves to look through. Then wake, though for nothing: anniversaries would go on for ever."""


def next_wake(program: Program, word: int, data: Mapping[int, Data], nexts: Mapping[int, int]) -> int:
    """The instant of the next possible change of a membership with no input; NEVER if there is none."""
    if not nexts:
        return NEVER
    queue = sorted([(due, number) for number, due in nexts.items()], reverse=True)
    leaves, segments = program.leaves, program.segments
    for _ in range(FARTHEST):
        if not queue:
            return NEVER
        at = queue[-1][0]
        places: set[int] = set()
        later = []
        while queue and queue[-1][0] == at:
            number = queue.pop()[1]
            leaf = leaves[number]
            held = data.get(number)
            if held is OVERFLOW:
                return at
            truth, change = leaf.answer(held, at)
            if change < NEVER:
                later.append((change, number))
            if truth != bool(word & leaf.bit):
                word ^= leaf.bit
                places.update(leaf.affected)
        for place in places:
            segment = segments[place]
            if segment.test(word) != bool(word & segment.bit):
                return at
        if later:
            queue = sorted(queue + later, reverse=True)
    return queue[-1][0] if queue else NEVER
