"""One row of a file, read by the mapping: who it is about and what it states, or why it is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.customers.attributes.domain.definitions import Definitions, Unfit, Value, fit
from services.customers.identifiers.domain import OfferedIdentifier, UnusableIdentifier, distinct, read_identifier
from services.customers.imports.domain.consents import ConsentRule, refuse_unclear
from services.customers.imports.domain.mapping import CONSENT, kind_of
from shared.customers.identifiers import PRECEDENCE
from shared.files.formats import Unreadable, read_date, read_number
from shared.files.mapping import IGNORE, Mapped, MappedColumn
from shared.files.sheets import SheetRow, plain_cell

_DEFAULT_FORMATS = {"date": "YYYY-MM-DD", "integer": "1234.5", "number": "1234.5"}
_YES, _NO = frozenset({"true", "yes", "ja", "1", "x"}), frozenset({"false", "no", "nein", "0"})


@dataclass(frozen=True, slots=True)
class RowRead:
    """A row that can be taken: `deriving` says who is meant."""

    row: SheetRow
    deriving: OfferedIdentifier
    identifiers: Sequence[OfferedIdentifier]
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not taken. `reason` never shows a value: it names the column."""

    row: SheetRow
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that is needed to read the rows of one file; `key` and `region` are the installation's. A row that says
    something unclear by one of the `consents` is not taken."""

    key: str
    region: str
    columns: Sequence[str]
    mapping: Mapped
    formats: Mapping[str, Sequence[str]]
    definitions: Definitions
    consents: Sequence[ConsentRule] = ()
    places: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {column: place for place, column in enumerate(self.columns)})


def read_row(row: SheetRow, reading: Reading) -> RowRead | RefusedRow:
    """The row by the mapping. An empty cell says nothing and never clears a value."""
    if len(row.cells) != len(reading.columns):
        return RefusedRow(row, f"has {len(row.cells)} cells where the heading has {len(reading.columns)}")
    identifiers: list[OfferedIdentifier] = []
    values: dict[str, Value] = {}
    for mapped in reading.mapping:
        cell = plain_cell(row.cells[reading.places[mapped.column]])
        if mapped.to in (IGNORE, CONSENT) or not cell:
            continue
        try:
            kind = kind_of(mapped)
            if kind is not None:
                identifiers.append(read_identifier(reading.key, kind, cell, mapped.source, region=reading.region))
            else:
                values[mapped.to] = _value(cell, mapped, reading)
        except (UnusableIdentifier, Unreadable, Unfit) as fault:
            return RefusedRow(row, f"{mapped.column}: {fault}")
    try:
        for rule in reading.consents:
            refuse_unclear(row, rule, reading.places)
    except Unreadable as fault:
        return RefusedRow(row, str(fault))
    offered = distinct(identifiers)
    for kind_ in PRECEDENCE:
        for identifier in offered:
            if identifier.kind == kind_:
                return RowRead(row, identifier, offered, values)
    return RefusedRow(row, "names nobody: e-mail, card and external id are empty")


def _value(cell: str, mapped: MappedColumn, reading: Reading) -> Value:
    definition = reading.definitions[mapped.to]
    form = mapped.format or next(iter(reading.formats.get(mapped.column, ())), "")
    value: Value = cell
    if definition.type == "date":
        value = read_date(cell, _form(form, "date"))
    elif definition.type in ("integer", "number"):
        value = read_number(cell, _form(form, definition.type))
    elif definition.type == "texts":
        value = [part.strip() for part in cell.replace("\n", ";").split(";") if part.strip()]
    elif definition.type == "boolean" and cell.casefold() in _YES | _NO:
        value = cell.casefold() in _YES
    return fit(definition, value)


def _form(form: str, type_: str) -> str:
    default = _DEFAULT_FORMATS[type_]
    dates = type_ == "date"
    return form if form and ("Y" in form) == dates else default
