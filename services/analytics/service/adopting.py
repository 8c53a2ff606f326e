"""Customers whose states are behind: what of the segments filled without them was said, and as of when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.analytics.domain.engine import Fill, Program, State
from services.analytics.domain.instants import from_datetime
from services.analytics.repository import fills
from services.analytics.repository.fills import Filling
from services.analytics.service.programs import Compiled, name_of
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Adoption:
    """What some customers who are behind must be told from. Read after their states were locked."""

    filling: list[Filling]
    rows: dict[UUID, set[tuple[UUID, int]]]

    def fills_of(self, customer_id: UUID, state: State, start: int) -> dict[str, Fill]:
        """The segments, by their names in the program, that were filled since the state was written.

        The table of memberships says what is told of them. One that no round has computed yet answers from `start` on.
        """
        rows = self.rows.get(customer_id, set())
        found = {}
        for one in self.filling:
            if one.hidden:
                inside = (one.segment_id, one.version) in rows
            elif one.live_revision is not None and one.live_revision > state.epoch:
                version = one.version if one.is_told(customer_id) else one.replaces
                inside = (one.segment_id, version) in rows
            else:
                continue
            at = start if one.moment is None else from_datetime(one.moment)
            found[name_of(one)] = Fill(at, inside)
        return found

    def told(self, program: Program, customer_id: UUID, state: State) -> int:
        """The state's truth word, with the memberships that were told without it."""
        fills, word = self.fills_of(customer_id, state, state.time), state.word
        for segment in program.segments:
            if segment.id in fills:
                word = word | segment.bit if fills[segment.id].inside else word & ~segment.bit
        return word


async def adoption_of(tx: Tx, compiled: Compiled, states: Mapping[UUID, State]) -> Adoption | None:
    """For those of these customers who are behind the program; None when nobody is."""
    behind = {id: state for id, state in states.items() if state.epoch != compiled.program.epoch}
    if not behind:
        return None
    named = [
        one
        for one in await fills.filling(tx, min(state.epoch for state in behind.values()))
        if name_of(one) in compiled.names
    ]
    rows = await fills.rows_of(tx, behind, {one.segment_id for one in named}) if named else {}
    return Adoption(named, rows)
