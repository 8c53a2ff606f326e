"""The program that runs: compiled once for each revision, the same in every worker and app."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.analytics.segments.domain.catalogue import Catalogue, Type
from services.analytics.segments.domain.engine import Definition, Program, compile_program, leaf_keys, number_leaves
from services.analytics.segments.domain.language import parse
from services.analytics.segments.repository import programs
from services.analytics.segments.repository.programs import Running
from services.analytics.segments.repository.rounds import FilledVersion
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
    names = {name_of(version): (version.segment_id, version.version, not version.hidden) for version in running}
    return Compiled(revision, compile_program(definitions_of(running), leaf_ids, revision), names)


def definitions_of(running: Iterable[Running]) -> list[Definition]:
    """What runs, as the engine wants it."""
    return [
        Definition(
            name_of(version),
            version.number,
            version.version,
            parse(version.definition, Catalogue(attributes=read_types(version.types))),
        )
        for version in running
    ]


def name_of(version: Running | FilledVersion) -> str:
    """The segment's id; with the version while that is hidden."""
    return f"{version.segment_id}#{version.version}" if version.hidden else str(version.segment_id)


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
