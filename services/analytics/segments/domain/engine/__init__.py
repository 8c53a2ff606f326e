"""The segment engine: definitions in, a program out; facts in, transitions out."""

from services.analytics.segments.domain.engine.advance import (
    TIME,
    Fill,
    NeedsHistory,
    Outcome,
    StaleProgram,
    Transition,
    advance,
    needs_history,
)
from services.analytics.segments.domain.engine.explain import Explanation, Reason, explain
from services.analytics.segments.domain.engine.inputs import (
    AttributeChange,
    Change,
    ConsentChange,
    Fact,
    History,
    ListChange,
    ScoreChange,
    fact,
)
from services.analytics.segments.domain.engine.program import (
    Definition,
    Program,
    compile_program,
    leaf_keys,
    number_leaves,
)
from services.analytics.segments.domain.engine.rebuild import rebuild
from services.analytics.segments.domain.engine.state import State, blank, decode, encode, members

__all__ = [
    "TIME", "AttributeChange", "Change", "ConsentChange", "Definition", "Explanation", "Fact", "Fill", "History",
    "ListChange", "NeedsHistory", "Outcome", "Program", "Reason", "ScoreChange", "StaleProgram", "State", "Transition",
    "advance", "blank", "compile_program", "decode", "encode", "explain", "fact", "leaf_keys", "members",
    "needs_history", "number_leaves", "rebuild",
]  # fmt: skip
