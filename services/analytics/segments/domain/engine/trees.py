"""A segment's tree as one fast function of the truth word.

The truth word is an integer: bit 2i says whether leaf i holds, bit 2j + 1 whether the customer is in segment j. So a
reference to a segment is a bit like any other, and a flat `all` or `any` of leaves is one mask and one comparison.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.analytics.segments.domain.language.nodes import All, AnyOf, Node, Not

Test = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Literal:
    """A bit that must be set, or must not be."""

    bit: int
    wanted: bool


def compile_tree(node: Node, literals: Mapping[Node, Literal]) -> Test:
    """The tree as a function of the truth word; every leaf must have its literal."""
    part = _part(node, True, literals)
    return _joined(True, [part]) if isinstance(part, Literal) else part


def _part(node: Node, wanted: bool, literals: Mapping[Node, Literal]) -> Literal | Test:
    """The node, or its negation: `not` is pushed down to the leaves (De Morgan)."""
    match node:
        case Not(child):
            return _part(child, not wanted, literals)
        case All(children) | AnyOf(children):
            parts = [_part(child, wanted, literals) for child in children]
            return _joined(isinstance(node, All) is wanted, parts)
        case _:
            literal = literals[node]
            return Literal(literal.bit, literal.wanted is wanted)


def _joined(every: bool, parts: list[Literal | Test]) -> Test:
    ones = zeros = 0
    tests = []
    for part in parts:
        if not isinstance(part, Literal):
            tests.append(part)
        elif part.wanted:
            ones |= part.bit
        else:
            zeros |= part.bit
    if ones & zeros:  # a leaf and its negation
        return (lambda word: False) if every else (lambda word: True)
    return _every(ones | zeros, ones, tests) if every else _some(ones | zeros, zeros, tests)


def _every(mask: int, wanted: int, tests: list[Test]) -> Test:
    """All literals hold when the word under the mask is exactly the wanted one."""
    if not tests:
        return lambda word: word & mask == wanted
    return lambda word: word & mask == wanted and all(test(word) for test in tests)


def _some(mask: int, unwanted: int, tests: list[Test]) -> Test:
    """Some literal holds when the word under the mask is not exactly the opposite of all of them."""
    if not tests:
        return lambda word: word & mask != unwanted
    return lambda word: word & mask != unwanted or any(test(word) for test in tests)
