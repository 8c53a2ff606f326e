"""What rows come to, before anything is written: the same for a dry run and for the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.config import Settings
from services.customers.identifiers import repository as identifiers
from services.customers.identifiers.domain import Identifier, Owner, generation_of, is_import, known_names
from services.customers.imports.domain.imports import Judged, Outcome
from services.customers.imports.domain.rows import Reading, RowRead, read_row
from services.customers.profiles.domain.customer import Group, sources_of
from services.customers.profiles.repository import records
from shared.customers.identifiers import customer_id_of
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.files.imports.domain import RefusedRow
from shared.files.sheets import SheetRow


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that changes something: what of it is news to that customer. `again` is for what another import has stated
    already."""

    read: RowRead
    judged: Judged
    generation: int
    values: Mapping[str, Any]
    again: bool = False


@dataclass(slots=True)
class JudgedRows:
    """Rows by what is to be done with them."""

    taken: list[Taken] = field(default_factory=list)
    unchanged: list[Taken] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """A customer as far as the rows before this one leave them."""

    new: bool
    values: dict[str, Any]
    newer: frozenset[str]
    names: set[str]
    # Names of values and fingerprints of identifiers that hold by the word of another import.
    imported: frozenset[str] = frozenset()


async def judge_rows(
    tx: Tx, settings: Settings, rows: Sequence[SheetRow], reading: Reading, stated_at: datetime, publisher: str
) -> JudgedRows:
    """Each row is new, changed, unchanged or refused, as if those before it had been taken. Nothing is written.

    A value that somebody stated after `stated_at` (when the file came) is newer than the file and is kept. What another
    import than `publisher` has stated is stated again, unseen: it holds when the other one is taken back.
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
        so_far = known.setdefault(root, _known(group, stated_at, publisher))
        taken = _judge(one, subject, generation, so_far)
        if taken.judged.outcome == "unchanged" and not taken.again:
            result.unchanged.append(taken)
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


def _known(group: Group | None, stated_at: datetime, publisher: str) -> _Known:
    if group is None:
        return _Known(True, {}, frozenset(), set())
    claims = {name: source.claim for name, source in sources_of(group).items()}
    imported = {name for name, claim in claims.items() if is_import(claim.by) and claim.by != publisher}
    imported |= {held.fingerprint for held in group.identifiers if _is_imported(held, publisher)}
    return _Known(
        new=False,
        values={name: claim.value for name, claim in claims.items()},
        # What an earlier row of this file has stated is no news: the later row wins.
        newer=frozenset(name for name, claim in claims.items() if claim.at > stated_at and claim.by != publisher),
        names={held.fingerprint for held in group.identifiers},
        imported=frozenset(imported),
    )


def _is_imported(held: Identifier, publisher: str) -> bool:
    """Whether taking another import back could take this identifier away."""
    known = [one.by for one in held.statements] or [held.by]
    return publisher not in known and any(is_import(by) for by in known)


def _judge(one: RowRead, subject: UUID, generation: int, known: _Known) -> Taken:
    news = {
        name: value for name, value in one.values.items() if name not in known.newer and known.values.get(name) != value
    }
    changes: dict[str, Any] = {name: {"from": known.values.get(name), "to": value} for name, value in news.items()}
    added = [name for name in one.identifiers if name.fingerprint not in known.names]
    if added:
        changes["identifiers"] = {"from": None, "to": [{"kind": name.kind, "value": name.value} for name in added]}
    again = {name: value for name, value in one.values.items() if name in known.imported and name not in news}
    named = any(name.fingerprint in known.imported for name in one.identifiers)
    outcome: Outcome = "new" if known.new else "changed" if changes else "unchanged"
    known.new = False
    known.values |= news
    known.names |= {name.fingerprint for name in one.identifiers}
    judged = Judged(one.row.number, subject, outcome, changes)
    return Taken(one, judged, generation, {**news, **again}, again=bool(again) or named)
