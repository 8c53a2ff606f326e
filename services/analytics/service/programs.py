"""The program that runs: compiled once for each revision, the same in every worker and app."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.analytics.domain.catalogue import Catalogue, Type
from services.analytics.domain.engine import Definition, Program, compile_program, leaf_keys, number_leaves
from services.analytics.domain.language import parse
from services.analytics.repository import programs
from services.analytics.repository.fills import Filling
from services.analytics.repository.programs import Running
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program, its revision, and what its ids stand for: (segment, version, shown)."""

    revision: int
    program: Program
    names: dict[str, tuple[UUID, int, bool]]

    @property
    def is_filling(self) -> bool:
        """Whether there are versions that are being filled."""
        return any(not shown for _, _, shown in self.names.values())


class Programs:
    """The newest program that this process has met."""

    def __init__(self) -> None:
        self._newest: Compiled | None = None

    async def current(self, tx: Tx) -> Compiled:
        """The program of the newest revision; no newer one can appear before `tx` ends."""
        revision = await programs.revision(tx)
        if self._newest is None or self._newest.revision != revision:
            self._newest = compiled(revision, await programs.running(tx), await programs.leaf_ids(tx))
        return self._newest


def compiled(revision: int, running: Sequence[Running], leaf_ids: dict[str, int]) -> Compiled:
    """Compile what runs. A version that is being filled runs under a name of its own."""
    names = {name_of(one): (one.segment_id, one.version, not one.hidden) for one in running}
    return Compiled(revision, compile_program(definitions_of(running), leaf_ids, revision), names)


def definitions_of(running: Iterable[Running]) -> list[Definition]:
    """What runs, as the engine wants it."""
    return [
        Definition(
            name_of(one), one.number, one.version, parse(one.definition, Catalogue(attributes=read_types(one.types)))
        )
        for one in running
    ]


def name_of(running: Running | Filling) -> str:
    """The segment's id; with the version while that is hidden."""
    return f"{running.segment_id}#{running.version}" if running.hidden else str(running.segment_id)


def read_types(types: dict[str, Any]) -> dict[str, Type]:
    """Attribute types as they are stored with a version."""
    return {name: Type(kind) for name, kind in types.items()}


async def renew(tx: Tx) -> int:
    """Compile anew after a change of definitions, in the same transaction: numbers for new leaves, a new revision.

    Raises InvalidDefinition when references between segments are circular or lead nowhere.
    """
    _, next_leaf = await programs.lock(tx)
    definitions = definitions_of(await programs.running(tx))
    leaves = number_leaves(leaf_keys(definitions), await programs.leaf_ids(tx), next_leaf)
    compile_program(definitions, leaves, 0)
    newest = max([next_leaf - 1, *leaves.values()]) + 1
    return await programs.advance_revision(tx, leaves, newest)
