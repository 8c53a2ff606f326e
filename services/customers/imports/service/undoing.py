"""Take an import back: everybody is as if it had never been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.customers.attributes.domain.definitions import Definitions
from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.identifiers import repository as identifiers
from services.customers.identifiers.domain import Identifier, identifier_changes
from services.customers.identifiers.service.owning import doubt_owners, free_identifiers
from services.customers.imports.domain.imports import Import, Undo
from services.customers.imports.domain.undoing import knows_nothing, without_import
from services.customers.imports.errors import NotUndoable
from services.customers.imports.repository import consents, results, touched
from services.customers.imports.repository.files import IMPORTS
from services.customers.merges import repository as merges
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.domain.history import HistoryEntry, differences
from services.customers.profiles.repository import history, records
from services.customers.profiles.service.updates import ProfileUpdate, save_updates
from shared.contracts.customers import CustomerRetracted
from shared.contracts.envelope import Origin
from shared.customers.identifiers import EXCLUSIVE
from shared.customers.stores import Person, erase_stores
from shared.database.transaction import Tx
from shared.files.errors import WrongState
from shared.files.imports.domain import TAKEN

# One transaction: locks few customers for a short time, and what a crash costs.
BATCH = 500
# What goes with a customer whom nobody but the import knew. Whose an identifier is, is freed before.
_WITH_THEM = {"customers", "identifiers", "changes", "link_candidates", "import_examples"}
_GONE = [
    store
    for store in (*records.STORES, *identifiers.STORES, *history.STORES, *merges.STORES, *results.STORES)
    if store.name in _WITH_THEM
]


async def undo_import(tx: Tx, import_id: UUID, *, by: str) -> Import:
    """The worker takes the import back. Asked again, it goes on. Raises NoSuchImport, WrongState, NotUndoable."""
    made = await IMPORTS.find(tx, import_id, lock=True)
    if made.state in ("undoing", "undone"):
        return made
    if made.state not in TAKEN:
        raise WrongState(
            f"The import is {made.state}.", cure="Pause or cancel it first; what was not started needs no undoing."
        )
    if not made.undoable:
        raise NotUndoable(
            "This import was run by a version that kept nothing of what it wrote over.",
            cure="Correct its customers by another import.",
        )
    return await IMPORTS.save(tx, replace(made, state="undoing", undo=Undo(by=by, at=tx.now), finished_at=None))


async def undo_some(tx: Tx, settings: Settings, made: Import) -> None:
    """The next customers whom this import touched are as if it had never been; what changes is published as a repair.

    Whoever was known by it only is retracted: no tombstone, and identifiers keep their generation, so that they may
    come again under the same id.
    """
    assert made.undo is not None
    undo = made.undo
    ids = await touched.touched_after(tx, made.import_id, undo.after, BATCH)
    locked = await records.lock_groups(tx, ids)
    groups = {group.root.customer_id: group for group in locked.values()}
    definitions = await load_definitions(tx)
    members = [member for group in groups.values() for member in group.ids]
    first = await touched.first_changes(tx, members, made.publisher)
    left = {root: without_import(group, made.publisher, definitions, first) for root, group in groups.items()}
    unknown = [root for root, group in left.items() if knows_nothing(group)]
    decided = await touched.ever_merged(tx, unknown)
    retracted = [root for root in unknown if root not in decided]
    kept = {root: group for root, group in left.items() if root not in set(retracted) and group != groups[root]}
    await _give_back(tx, list(groups.values()), left)
    await _retract(tx, made, retracted)
    await _restore(tx, settings, made, groups, kept, definitions)
    ended = len(ids) < BATCH
    if ended:
        await touched.forget_touched(tx, made.import_id)
        await consents.take_back(tx, made.import_id)
    progress = replace(
        undo,
        after=ids[-1] if ids else undo.after,
        touched=undo.touched + len(ids),
        restored=undo.restored + len(kept),
        retracted=undo.retracted + len(retracted),
    )
    done = replace(made, state="undone", finished_at=tx.now) if ended else made
    await IMPORTS.save(tx, replace(done, undo=progress))


async def _give_back(tx: Tx, before: Sequence[Group], left: Mapping[UUID, Group]) -> None:
    """Identifiers that only the import stated are nobody's; those that a browser states beside it are hearsay."""
    gone: list[Identifier] = []
    doubted: list[Identifier] = []
    changed: list[Identifier] = []
    for group in before:
        now = {held.identifier_id: held for held in left[group.root.customer_id].identifiers}
        for held in group.identifiers:
            after = now.get(held.identifier_id)
            if after is None:
                gone.append(held)
            elif after != held:
                changed.append(after)
                if after.trust != held.trust:
                    doubted.append(after)
    ids = [member for group in before for member in group.ids]
    await identifiers.delete_identifiers(tx, gone)
    await identifiers.mark_identifiers(tx, changed)
    await free_identifiers(tx, [held.fingerprint for held in gone if held.kind in EXCLUSIVE], ids)
    await doubt_owners(tx, [held.fingerprint for held in doubted if held.kind in EXCLUSIVE], ids)


async def _retract(tx: Tx, made: Import, ids: Sequence[UUID]) -> None:
    if not ids:
        return
    await erase_stores(tx, _GONE, Person(ids))
    for customer_id in ids:
        fact = CustomerRetracted(import_id=made.import_id)
        tx.publish(fact, subject=customer_id, origin=Origin.REPAIR, cause=made.import_id)


async def _restore(
    tx: Tx,
    settings: Settings,
    made: Import,
    before: Mapping[UUID, Group],
    after: Mapping[UUID, Group],
    definitions: Definitions,
) -> None:
    assert made.undo is not None
    updates = []
    for root, group in after.items():
        entries = []
        for member in group.members:
            what = differences(before[root].member(member.customer_id).claims, member.claims)
            if member.customer_id == root:
                what |= identifier_changes(before[root].identifiers, group.identifiers)
            if what:
                entries.append(HistoryEntry(member.customer_id, made.undo.by, what, made.import_id))
        updates.append(
            ProfileUpdate(before[root], group, entries, cause=made.import_id, origin=Origin.REPAIR, quiet=not entries)
        )
    await save_updates(tx, settings, updates, definitions)
