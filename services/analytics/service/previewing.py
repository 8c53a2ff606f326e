"""How many customers a definition would hold, before it is saved: counted while the time allows, else estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import Any
from uuid import UUID

from services.analytics.domain.engine import (
    Definition,
    Program,
    compile_program,
    leaf_keys,
    members,
    number_leaves,
    rebuild,
)
from services.analytics.domain.instants import from_datetime
from services.analytics.domain.language import Node, references_of
from services.analytics.repository import people, programs, states
from services.analytics.service.advancing import Advancer
from services.analytics.service.programs import Programs, definitions_of
from services.analytics.service.segments import check
from shared.clock import MACHINE
from shared.database import Database
from shared.ids import new_id

PIECE = 500
TRIED = "preview"
# Two-sided 95 %.
_Z = 1.96


@dataclass(slots=True)
class Preview:
    """`members` of `customers`; `exact` when everybody was looked at, else low and high bound it (95 %)."""

    customers: int = 0
    seen: int = 0
    found: int = 0
    exact: bool = False
    sample: list[UUID] = field(default_factory=list)

    @property
    def members(self) -> int:
        """The count, or the estimate."""
        return self.found if self.exact else round(self.customers * self.found / self.seen) if self.seen else 0

    def bounds(self) -> tuple[int, int]:
        """Wilson's interval of the share among those looked at, times all customers."""
        if self.exact:
            return self.found, self.found
        if not self.seen:
            return 0, self.customers
        share, n, square = self.found / self.seen, self.seen, _Z * _Z
        middle = (share + square / (2 * n)) / (1 + square / n)
        half = _Z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
        return max(self.found, round(self.customers * (middle - half))), round(self.customers * (middle + half))


async def preview(
    database: Database, definition: Mapping[str, Any], sample: int, limit_s: float, fact_days: int | None
) -> Preview:
    """Look at customers from a random one on, until all are seen or the time is up. Raises InvalidSegment."""
    ends, result = MACHINE.monotonic() + limit_s, Preview()
    async with database.transaction() as tx:
        tree, _, _ = await check(tx, definition, fact_days)
        program = _program(tree, definitions_of([one for one in await programs.running(tx) if not one.hidden]))
        result.customers = await states.count(tx)
    advancer = Advancer(Programs())
    # Ids of customers are hashes: those that follow a random id are a random sample.
    start = UUID(bytes=new_id().bytes[::-1])
    for low, high in ((start, None), (None, start)):
        cursor = low
        while True:
            async with database.transaction() as tx:
                ids = await states.after(tx, cursor, PIECE, until=high)
                known = await advancer.histories(tx, await people.groups(tx, ids))
                now = from_datetime(tx.now)
            for id, history in known.items():
                state = rebuild(program, str(id), history, now).state
                if TRIED in members(program, state):
                    result.found += 1
                    if len(result.sample) < sample:
                        result.sample.append(id)
            result.seen += len(ids)
            if len(ids) < PIECE:
                break
            if MACHINE.monotonic() > ends:
                return result
            cursor = ids[-1]
    result.exact = True
    return result


def _program(tree: Node, running: list[Definition]) -> Program:
    """The definition and what it refers to, and nothing else."""
    by_id = {one.id: one for one in running}
    needed: dict[str, Definition] = {}
    open_ = list(references_of(tree))
    while open_:
        name = open_.pop()
        if name not in needed:
            needed[name] = by_id[name]
            open_ += references_of(by_id[name].root)
    definitions = [replace(one, number=number) for number, one in enumerate(needed.values())]
    definitions.append(Definition(TRIED, len(definitions), 1, tree))
    return compile_program(definitions, number_leaves(leaf_keys(definitions), {}, 0), 0)
