"""Customers whose states are behind: which memberships the back-fill stored without them, and as of when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.analytics.memberships.repository import memberships
from services.analytics.segments.domain.engine import Fill, Program, State
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.repository import rounds
from services.analytics.segments.repository.rounds import FilledVersion
from services.analytics.segments.service.programs import Compiled, name_of
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Adoption:
    """What some customers who are behind have missed. Read after their states were locked."""

    filled: list[FilledVersion]
    rows: dict[UUID, set[tuple[UUID, int]]]

    def fills_of(self, customer_id: UUID, state: State, start: int) -> dict[str, Fill]:
        """The segments, by their names in the program, that were filled since the state was written.

        The table of memberships holds what was emitted of them. One that no round has computed yet answers from
        `start` on.
        """
        rows = self.rows.get(customer_id, set())
        found = {}
        for filled in self.filled:
            if filled.hidden:
                inside = (filled.segment_id, filled.version) in rows
            elif filled.live_revision is not None and filled.live_revision > state.epoch:
                version = filled.version if filled.is_emitted(customer_id) else filled.replaces
                inside = (filled.segment_id, version) in rows
            else:
                continue
            at = start if filled.moment is None else from_datetime(filled.moment)
            found[name_of(filled)] = Fill(at, inside)
        return found

    def emitted_word(self, program: Program, customer_id: UUID, state: State) -> int:
        """The state's truth word, with the memberships that were emitted without it."""
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
    oldest = min(state.epoch for state in behind.values())
    named = [version for version in await rounds.filled_since(tx, oldest) if name_of(version) in compiled.names]
    rows = await memberships.rows_of(tx, behind, {version.segment_id for version in named}) if named else {}
    return Adoption(named, rows)
