"""Make, change, archive and look up segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.analytics.segments.domain.catalogue import Catalogue
from services.analytics.segments.domain.language import InvalidDefinition, Node, order_of, parse, references_of, write
from services.analytics.segments.domain.vocabulary import SCORE_BOUNDS, SCORE_VALUES, VALUES, used_types
from services.analytics.segments.errors import (
    InvalidSegment,
    NameTaken,
    NotLiveYet,
    SegmentArchived,
    SegmentNotFound,
    StillReferred,
)
from services.analytics.segments.repository import programs, rounds, segments
from services.analytics.segments.repository.segments import Segment as Segment
from services.analytics.segments.service.programs import read_types, renew
from services.analytics.segments.service.vocabulary import catalogue
from shared.contracts.analytics import SegmentChanged
from shared.database.transaction import Tx
from shared.ids import new_id


async def check(
    tx: Tx, definition: Mapping[str, Any], fact_days: int | None, segment_id: UUID | None = None
) -> tuple[Node, dict[str, Any], dict[str, str]]:
    """The tree, its canonical form and the types it uses. Raises InvalidSegment, which points at nodes."""
    # What was saved before a value was known to be impossible goes on: only new definitions are checked for it.
    words = replace(await catalogue(tx, fact_days), values=VALUES, score_values=SCORE_VALUES, score_bounds=SCORE_BOUNDS)
    try:
        tree = parse(definition, words)
        await _no_circle(tx, tree, segment_id)
    except InvalidDefinition as refused:
        raise _invalid(refused) from refused
    return tree, write(tree), used_types(definition, words.attributes)


async def validate(tx: Tx, definition: Mapping[str, Any], fact_days: int | None) -> tuple[dict[str, Any], list[UUID]]:
    """The canonical form of a definition and the segments it refers to. Raises InvalidSegment."""
    tree, canonical, _ = await check(tx, definition, fact_days)
    return canonical, [UUID(id) for id in references_of(tree)]


async def create_segment(
    tx: Tx, name: str, description: str | None, definition: Mapping[str, Any], by: str, fact_days: int | None
) -> UUID:
    """A new segment is being filled over all history; it answers when that is done. Returns its id."""
    # One change of definitions at a time: names, references and numbers of leaves are compared with what is saved.
    await programs.lock(tx)
    id = new_id()
    await _free(tx, name, id)
    _, canonical, types = await check(tx, definition, fact_days)
    await segments.create(tx, id, name, description)
    await segments.add_version(tx, id, 1, canonical, types, by)
    await renew(tx)
    tx.publish(SegmentChanged(name=name, version=1, state="backfilling"), subject=id)
    return id


async def change_segment(
    tx: Tx, id: UUID, name: str | None, description: str | None, definition: Mapping[str, Any] | None, by: str,
    fact_days: int | None,
) -> None:  # fmt: skip
    """A new definition becomes a version of its own; the old one answers until the new one is filled."""
    found = await _open(tx, id)
    if name is not None and name != found.name:
        await _free(tx, name, id)
    final = name or found.name
    await segments.rename(tx, id, final, found.description if description is None else description)
    if definition is None:
        return
    _, canonical, types = await check(tx, definition, fact_days, id)
    if canonical == found.definition:
        return
    version = found.newest_version + 1
    await segments.add_version(tx, id, version, canonical, types, by)
    await renew(tx)
    tx.publish(SegmentChanged(name=final, version=version, state="backfilling"), subject=id)


async def archive_segment(tx: Tx, id: UUID) -> None:
    """It answers no more, and no change is emitted for its members. Refused while others refer to it."""
    found = await _open(tx, id)
    users = await referring(tx, id)
    if users:
        raise StillReferred(
            f"Used by {', '.join(repr(name) for _, name in users)}.",
            cure="Change or archive them first.", segments=[str(user) for user, _ in users],
        )  # fmt: skip
    await segments.archive(tx, id)
    await renew(tx)
    tx.publish(SegmentChanged(name=found.name, version=found.newest_version, state="archived"), subject=id)


async def get_segment(tx: Tx, id: UUID) -> Segment:
    """One segment. Raises SegmentNotFound."""
    found = await segments.get(tx, id)
    if found is None:
        raise SegmentNotFound("No segment has this id.", where="path:segment_id")
    return found


async def page(tx: Tx, after: UUID | None, limit: int, *, archived: bool) -> list[Segment]:
    """Segments in the order of their making."""
    return await segments.page(tx, after, limit, archived=archived)


async def figures(tx: Tx, ids: list[UUID]) -> tuple[dict[UUID, int], float]:
    """Members of each live segment now, and the share of the back-fill under way that is done."""
    return await segments.counts(tx, ids), await rounds.progress(tx)


async def versions_of(tx: Tx, id: UUID) -> Sequence[Any]:
    """Every version of a segment, the oldest first."""
    await get_segment(tx, id)
    return await segments.versions(tx, id)


async def live_segment(tx: Tx, id: UUID) -> tuple[Segment, int]:
    """A segment that answers, and the version that does."""
    found = await get_segment(tx, id)
    if found.archived:
        raise SegmentArchived("This segment was archived and has no members.")
    if found.current_version is None:
        raise NotLiveYet("This segment is being filled over all history.", cure="Ask again when its state is live.")
    return found, found.current_version


async def referring(tx: Tx, id: UUID) -> list[tuple[UUID, str]]:
    """(id, name) of segments whose running versions refer to this one."""
    users = set()
    for row in await segments.definitions(tx):
        tree = parse(row["definition"], Catalogue(attributes=read_types(row["types"])))
        if str(id) in references_of(tree):
            users.add((row["segment_id"], row["name"]))
    return sorted(users)


async def _no_circle(tx: Tx, tree: Node, segment_id: UUID | None) -> None:
    trees = {
        str(row["segment_id"]): parse(row["definition"], Catalogue(attributes=read_types(row["types"])))
        for row in await segments.definitions(tx)
    }
    order_of({**trees, str(segment_id or "this segment"): tree})


async def _open(tx: Tx, id: UUID) -> Segment:
    await programs.lock(tx)
    found = await segments.get(tx, id)
    if found is None:
        raise SegmentNotFound("No segment has this id.", where="path:segment_id")
    if found.archived:
        raise SegmentArchived("An archived segment stays as it is.", cure="Make a new one with its definition.")
    return found


async def _free(tx: Tx, name: str, id: UUID) -> None:
    if await segments.name_taken(tx, name, id):
        raise NameTaken(f"Another segment is called {name!r}.", cure="Choose another name.", where="/name")


def _invalid(refused: InvalidDefinition) -> InvalidSegment:
    problems = [
        {"where": f"/definition{problem.path}", "what": problem.message, "cure": problem.cure}
        for problem in refused.problems
    ]
    return InvalidSegment(
        f"The definition has {len(problems)} problem{'s' if len(problems) > 1 else ''}.",
        cure="See errors: each points at a node and says what to write instead.", errors=problems,
    )  # fmt: skip
