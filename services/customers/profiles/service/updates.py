"""The only way to change customers: records, history and the events about them, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.customers.attributes.domain.definitions import Definitions
from services.customers.config import Settings
from services.customers.profiles.domain.customer import (
    Group,
    Profile,
    Record,
    changed_names,
    profile_of,
    segmentable_values,
)
from services.customers.profiles.domain.history import Change, HistoryEntry
from services.customers.profiles.errors import Erased, NoSuchCustomer, VersionConflict
from services.customers.profiles.repository import history, records
from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Envelope, Origin
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class ProfileUpdate:
    """A locked group as it was and as it is to be. `new` customers are published with all they have; `announce`
    names what is to be published even if the profile shows no difference (a merge, a new definition). `quiet` is for
    what nobody sees: an import that states what another import has stated."""

    before: Group
    after: Group
    entries: Sequence[HistoryEntry] = ()
    new: bool = False
    announce: Sequence[str] | None = None
    cause: Envelope[Any] | UUID | None = None
    origin: Origin | None = None
    quiet: bool = False


async def current_group(tx: Tx, customer_id: UUID, *, lock: bool = False, where: str = "path:customer_id") -> Group:
    """The customer now known under that id. Raises NoSuchCustomer or Erased."""
    read = records.lock_groups if lock else records.read_groups
    group = (await read(tx, [customer_id])).get(customer_id)
    if group is not None:
        return group
    if await erased_among(tx, [customer_id]):
        raise Erased(customer_id)
    raise NoSuchCustomer(customer_id, where)


def refuse_other_version(group: Group, version: int | None) -> None:
    """Raises VersionConflict when `version` is given and another one holds."""
    if version is not None and version != group.root.version:
        raise VersionConflict(group.root.version)


async def save_updates(
    tx: Tx, settings: Settings, updates: Sequence[ProfileUpdate], definitions: Definitions
) -> list[Group]:
    """Save what changed, keep its history, and emit one event for each changed customer. Returns the groups as saved.

    An update that changes nothing leaves no trace: no row, no version, no event.
    """
    groups, changed, changes = [], [], []
    for update in updates:
        after = _numbered(tx, update)
        groups.append(after)
        changed += _changed_records(update.before, after)
        changes += [
            Change(entry.customer_id, new_id(), after.root.version, tx.now, entry.by, entry.cause, dict(entry.what))
            for entry in update.entries
        ]
        _emit(tx, settings, update, after, definitions)
    await records.save_records(tx, changed)
    await history.add_changes(tx, changes)
    return groups


def profile_fact(
    settings: Settings, root: Record, profile: Profile, definitions: Definitions, changed: list[str]
) -> ProfileChanged:
    """What other services may know of this customer."""
    language = profile.values.get("language")
    return ProfileChanged(
        kind=root.kind,
        status=profile.status,
        attributes=segmentable_values(profile, definitions),
        changed=changed,
        reachable=list(profile.reachable),
        time_zone=str(profile.values.get("time_zone") or settings.default_time_zone),
        language=language if isinstance(language, str) else None,
        created_at=root.created_at,
    )


def _numbered(tx: Tx, update: ProfileUpdate) -> Group:
    """The group as it is to be, with its profile, under the next version if anything changed."""
    profile = profile_of(update.after)
    old, root = update.before.root, update.after.root
    silent = not update.entries and update.announce is None and not update.new
    unseen = update.quiet or not _changed_records(update.before, update.after)
    if silent and profile == old.profile and unseen:
        return update.after
    version = root.version + (0 if update.new else 1)
    return update.after.with_member(replace(root, profile=profile, version=version, changed_at=tx.now))


def _changed_records(before: Group, after: Group) -> list[Record]:
    held = {member.customer_id: member for member in before.members}
    return [member for member in after.members if held.get(member.customer_id) != member]


def _emit(tx: Tx, settings: Settings, update: ProfileUpdate, after: Group, definitions: Definitions) -> None:
    old, root = update.before.root, after.root
    changed = changed_names(None if update.new else old.profile, root.profile, definitions)
    if not update.new and old.kind != root.kind:
        changed.append("kind")
    if not changed and update.announce is None:
        return
    names = sorted({*changed, *(update.announce or ())})
    fact = profile_fact(settings, root, root.profile, definitions, names)
    tx.publish(fact, subject=root.customer_id, cause=update.cause, origin=update.origin)
