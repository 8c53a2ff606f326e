"""What the engine remembers of one customer, and its bytes."""

from dataclasses import dataclass

import msgpack  # type: ignore[import-untyped]

from services.analytics.segments.domain.engine.leaves import Data
from services.analytics.segments.domain.engine.program import Program
from services.analytics.segments.domain.instants import NEVER

OVERFLOW = False
"""In place of a leaf's data: too many entries to store, read the facts. Its truth and next change are still known."""

_FORMAT = 2


@dataclass(frozen=True, slots=True)
class State:
    """One customer's leaves and memberships at an instant. Never changed in place."""

    customer: str
    time: int  # engine time: the latest instant that was applied
    epoch: int  # of the program that wrote it; -1: of none
    horizon: int  # leaf ids from here on are unknown to it
    word: int  # truth of leaves and memberships, see trees.py
    data: dict[int, Data]  # leaf id → memory, absent when there is nothing to remember
    nexts: dict[int, int]  # leaf id → next change by time alone, absent when there is none
    wake: int  # when a membership may change by time alone; NEVER if not


def blank(customer: str) -> State:
    """The state of a customer whom no program has seen."""
    return State(customer, 0, -1, 0, 0, {}, {}, NEVER)


def members(program: Program, state: State) -> frozenset[str]:
    """The segments that the customer is in."""
    return frozenset(segment.id for segment in program.segments if state.word & segment.bit)


def encode(program: Program, state: State) -> bytes:
    """The state as bytes, trimmed: equal histories give equal bytes."""
    leaves, limit, now = program.leaves, program.limit, state.time
    data = {}
    for number in sorted(state.data):
        held = state.data[number]
        if held is not OVERFLOW:
            leaf = leaves[number]
            held = leaf.trim(held, now)
            if held is None:
                continue
            # Hardly any list is as long as that, and not every long one holds so many entries.
            if type(held) is list and len(held) > limit and leaf.size(held) > limit:
                held = OVERFLOW
        data[number] = held
    nexts = {number: state.nexts[number] for number in sorted(state.nexts)}
    word = state.word.to_bytes((state.word.bit_length() + 7) // 8, "little")
    wake = 0 if state.wake == NEVER else state.wake
    return msgpack.packb((_FORMAT, now, state.epoch, state.horizon, word, wake, data, nexts))  # type: ignore[no-any-return]


def decode(customer: str, raw: bytes) -> State:
    """The state that `encode` wrote."""
    version, *rest = msgpack.unpackb(raw, strict_map_key=False)
    if version != _FORMAT:
        raise ValueError(f"state format {version} is not known here: rebuild the customer")
    time, epoch, horizon, word, wake, data, nexts = rest
    return State(customer, time, epoch, horizon, int.from_bytes(word, "little"), data, nexts, wake or NEVER)
