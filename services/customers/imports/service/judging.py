"""What rows come to, before anything is written: the same for a dry run and for the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.config import Settings
from services.customers.identifiers import repository as identifiers
from services.customers.identifiers.domain import Owner, generation_of, known_names
from services.customers.imports.domain.imports import Judged, Outcome
from services.customers.imports.domain.rows import Reading, RefusedRow, RowRead, read_row
from services.customers.profiles.domain.customer import Group, sources_of
from services.customers.profiles.repository import records
from shared.customers.identifiers import customer_id_of
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.files.sheets import SheetRow


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that changes something: what of it is news to that customer."""

    read: RowRead
    judged: Judged
    generation: int
    values: Mapping[str, Any]


@dataclass(slots=True)
class JudgedRows:
    """Rows by what is to be done with them."""

    taken: list[Taken] = field(default_factory=list)
    unchanged: list[Judged] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """A customer as far as the rows before this one leave them."""

    new: bool
    values: dict[str, Any]
    newer: frozenset[str]
    names: set[str]


async def judge_rows(
    tx: Tx, settings: Settings, rows: Sequence[SheetRow], reading: Reading, stated_at: datetime
) -> JudgedRows:
    """Each row is new, changed, unchanged or refused, as if those before it had been taken. Nothing is written.

    A value that somebody stated after `stated_at` (when the file came) is newer than the file and is kept.
    """
    result = JudgedRows()
    read: list[RowRead] = []
    for row in rows:
        found = read_row(row, reading)
        if isinstance(found, RowRead):
            read.append(found)
        else:
            result.refused.append(found)
    names = [name for one in read for name in known_names(one.identifiers)]
    owners = await identifiers.owners_of(tx, names) if names else {}
    # Whom an earlier row of these gave a name to.
    given: dict[str, UUID] = {}
    meant: list[tuple[RowRead, UUID, int]] = []
    for one in read:
        subject, why = _subject(settings, one, owners, given, stated_at)
        if subject is None:
            result.refused.append(RefusedRow(one.row, why))
            continue
        given |= {name.fingerprint: subject for name in one.identifiers if name.exclusive}
        meant.append((one, subject, generation_of(one.deriving, owners)))
    groups = await records.read_groups(tx, [subject for _, subject, _ in meant])
    strangers = [subject for _, subject, _ in meant if subject not in groups]
    erased = await erased_among(tx, strangers) if strangers else set()
    known: dict[UUID, _Known] = {}
    for one, subject, generation in meant:
        if subject in erased:
            result.refused.append(RefusedRow(one.row, "names somebody whose data were erased"))
            continue
        group = groups.get(subject)
        root = group.root.customer_id if group else subject
        so_far = known.setdefault(root, _known(group, stated_at))
        taken = _judge(one, subject, generation, so_far)
        if taken.judged.outcome == "unchanged":
            result.unchanged.append(taken.judged)
        else:
            result.taken.append(taken)
    return result


def _subject(
    settings: Settings, one: RowRead, owners: Mapping[str, Owner], given: Mapping[str, UUID], stated_at: datetime
) -> tuple[UUID | None, str]:
    """The id that the row is about, or why it is about nobody."""
    holders: set[UUID] = set()
    for name in one.identifiers:
        if not name.exclusive:
            continue
        for spelling in known_names([name]):
            owner = owners.get(spelling)
            if owner is not None and owner.customer_id is not None:
                holders.add(owner.customer_id)
            elif owner is not None and owner.retired_at is not None and owner.retired_at >= stated_at:
                return None, "names somebody who was erased or renamed after the file had come"
        if name.fingerprint in given:
            holders.add(given[name.fingerprint])
    if len(holders) > 1:
        return None, "its identifiers belong to two customers: merge them first, or mend the row"
    if holders:
        return holders.pop(), ""
    return customer_id_of(settings.key, one.deriving.published, generation_of(one.deriving, owners)), ""


def _known(group: Group | None, stated_at: datetime) -> _Known:
    if group is None:
        return _Known(True, {}, frozenset(), set())
    sources = sources_of(group)
    values = {name: source.claim.value for name, source in sources.items()}
    newer = frozenset(name for name, source in sources.items() if source.claim.at > stated_at)
    return _Known(False, values, newer, {held.fingerprint for held in group.identifiers})


def _judge(one: RowRead, subject: UUID, generation: int, known: _Known) -> Taken:
    news = {
        name: value for name, value in one.values.items() if name not in known.newer and known.values.get(name) != value
    }
    changes: dict[str, Any] = {name: {"from": known.values.get(name), "to": value} for name, value in news.items()}
    added = [name for name in one.identifiers if name.fingerprint not in known.names]
    if added:
        changes["identifiers"] = {"from": None, "to": [{"kind": name.kind, "value": name.value} for name in added]}
    outcome: Outcome = "new" if known.new else "changed" if changes else "unchanged"
    known.new = False
    known.values |= news
    known.names |= {name.fingerprint for name in one.identifiers}
    judged = Judged(one.row.number, subject, outcome, changes)
    return Taken(one, judged, generation, news)
