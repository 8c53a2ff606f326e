"""An export: which customers, which columns in which order, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.customers.attributes.domain.definitions import Definitions, Value
from services.customers.identifiers.domain import Identifier
from services.customers.profiles.domain.customer import Group

Format = Literal["csv", "jsonl", "xlsx"]
State = Literal["running", "done", "failed", "cancelled"]
_RECORD = ("customer_id", "kind", "status", "name", "source", "created_at", "changed_at")
_IDENTIFIERS = ("email", "phone", "card", "external_id")
# What a sheet of Excel holds, with its heading.
MOST_XLSX_ROWS = 1_048_575


@dataclass(frozen=True, slots=True)
class ExportedColumn:
    """`of` is a field of the record, a kind of identifier (`external_id:erp` of one source), or an attribute."""

    of: str
    heading: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """Whom it holds: all of these must be so. `attributes` are equal to the profile's values."""

    status: str | None = None
    kind: str | None = None
    country: str | None = None
    created_since: str | None = None
    segment_id: str | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns in their order, kept under a name."""

    name: str
    columns: Sequence[ExportedColumn]
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True)
class Export:
    """`rows` lie in the file, which has `bytes`; `cursor` is where the next page begins."""

    export_id: UUID
    format: Format
    criteria: Criteria
    columns: Sequence[ExportedColumn]
    reason: str
    state: State
    created_at: datetime
    created_by: str
    rows: int = 0
    bytes: int = 0
    cursor: str | None = None
    finished_at: datetime | None = None
    failure: str | None = None
    file_deleted_at: datetime | None = None


def unknown_columns(columns: Sequence[ExportedColumn], definitions: Definitions) -> list[tuple[int, str]]:
    """(place, name) of those that are nothing that a customer has."""
    known = {*_RECORD, *_IDENTIFIERS, *definitions}
    return [
        (place, column.of)
        for place, column in enumerate(columns)
        if column.of not in known and not (column.of.startswith("external_id:") and len(column.of) > 12)
    ]


def known_columns(definitions: Definitions) -> list[str]:
    """What may be asked for."""
    return [*_RECORD, *_IDENTIFIERS, *sorted(definitions)]


def row_of(group: Group, columns: Sequence[ExportedColumn]) -> list[Value]:
    """The customer by these columns."""
    return [_value(group, column.of) for column in columns]


def as_text(value: Value) -> str:
    """A value in a cell of a sheet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "; ".join(value) if isinstance(value, list) else str(value)


def _value(group: Group, of: str) -> Value:
    root = group.root
    record: dict[str, Value] = {
        "customer_id": str(root.customer_id),
        "kind": root.kind,
        "status": root.profile.status,
        "name": root.profile.name,
        "source": root.source,
        "created_at": root.created_at.isoformat(),
        "changed_at": root.changed_at.isoformat(),
    }
    if of in record:
        return record[of]
    kind, _, source = of.partition(":")
    if kind in _IDENTIFIERS:
        return _identifier([one for one in group.identifiers if one.kind == kind and source in ("", one.source)])
    return root.profile.values.get(of)


def _identifier(held: Sequence[Identifier]) -> str | None:
    """The preferred one, or the one that came first."""
    ordered = sorted(held, key=lambda one: (not one.preferred, not one.verified, one.at, one.identifier_id))
    return ordered[0].value if ordered else None
