"""The one way to change a customer: its records, its history and what the other services hear, in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.customers.config import Settings
from services.customers.domain.attributes import Definitions
from services.customers.domain.claims import Claims, Value
from services.customers.domain.customer import Group, Record, Shown, changed_names, show, travelling
from services.customers.domain.finding import Change
from services.customers.errors import Erased, NoSuchCustomer
from services.customers.repository import history, records
from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Envelope, Origin
from shared.database.transaction import Tx
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of history: what changed under one id, by whom, and the event that led to it."""

    customer_id: UUID
    by: str
    what: Mapping[str, Any]
    cause: UUID | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """A locked group as it was and as it is to be. `new` customers are told about with all they have; `announce`
    names what is to be told even if the profile shows no difference (a merge, a new definition)."""

    before: Group
    after: Group
    entries: Sequence[Entry] = ()
    new: bool = False
    announce: Sequence[str] | None = None
    cause: Envelope[Any] | None = None
    origin: Origin | None = None


async def current_group(tx: Tx, customer_id: UUID, *, lock: bool = False, where: str = "path:customer_id") -> Group:
    """The customer now known under that id. Raises NoSuchCustomer or Erased."""
    read = records.lock_groups if lock else records.read_groups
    group = (await read(tx, [customer_id])).get(customer_id)
    if group is not None:
        return group
    if await records.tombstoned(tx, [customer_id]):
        raise Erased(customer_id)
    raise NoSuchCustomer(customer_id, where)


async def write(tx: Tx, settings: Settings, writings: Sequence[Writing], definitions: Definitions) -> list[Group]:
    """Save what changed, keep its history, and say each changed customer once. Returns the groups as saved.

    A writing that changes nothing leaves no trace: no row, no version, no event.
    """
    written, saved, lines = [], [], []
    for one in writings:
        after = _numbered(tx, one)
        written.append(after)
        saved += _changed_records(one.before, after)
        lines += [
            Change(entry.customer_id, new_id(), after.root.version, tx.now, entry.by, entry.cause, dict(entry.what))
            for entry in one.entries
        ]
        _say(tx, settings, one, after, definitions)
    await records.save_records(tx, saved)
    await history.add_changes(tx, lines)
    return written


def differences(before: Claims, after: Claims) -> dict[str, Any]:
    """{name: {"from": …, "to": …}} of the values that are different now."""
    names = sorted({*before, *after})
    values = {name: (_value(before, name), _value(after, name)) for name in names}
    return {name: {"from": old, "to": new} for name, (old, new) in values.items() if old != new}


def _value(claims: Claims, name: str) -> Value:
    return claims[name].value if name in claims else None


def _numbered(tx: Tx, one: Writing) -> Group:
    shown = show(one.after)
    old = one.before.root
    silent = not one.entries and one.announce is None and not one.new
    if silent and shown == old.shown and not _changed_records(one.before, one.after):
        return one.after
    version = one.after.root.version + (0 if one.new else 1)
    return one.after.with_member(replace(one.after.root, shown=shown, version=version, changed_at=tx.now))


def _changed_records(before: Group, after: Group) -> list[Record]:
    held = {one.customer_id: one for one in before.members}
    return [one for one in after.members if held.get(one.customer_id) != one]


def _say(tx: Tx, settings: Settings, one: Writing, after: Group, definitions: Definitions) -> None:
    root, shown = after.root, after.root.shown
    changed = changed_names(None if one.new else one.before.root.shown, shown, definitions)
    if not one.new and one.before.root.kind != root.kind:
        changed.append("kind")
    if not changed and one.announce is None:
        return
    fact = profile_fact(settings, root, shown, definitions, sorted({*changed, *(one.announce or ())}))
    tx.publish(fact, subject=root.customer_id, cause=one.cause, origin=one.origin)


def profile_fact(
    settings: Settings, root: Record, shown: Shown, definitions: Definitions, changed: list[str]
) -> ProfileChanged:
    """What other services may know of this customer."""
    language = shown.values.get("language")
    return ProfileChanged(
        kind=root.kind,
        status=shown.status,
        attributes=travelling(shown, definitions),
        changed=changed,
        reachable=list(shown.reachable),
        time_zone=str(shown.values.get("time_zone") or settings.default_time_zone),
        language=language if isinstance(language, str) else None,
        created_at=root.created_at,
    )
