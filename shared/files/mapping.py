"""What the columns of a file mean: the part of a mapping that is the same whatever is taken from the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

IGNORE = "ignore"
# What is wrong with a column, and how it is mended.
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """`to` says what the column means to whoever takes the file, or `ignore`; `source` is the storefront of an external
    id, `format` how a date or a number is written."""

    column: str
    to: str
    format: str | None = None
    source: str | None = None


Mapped = Sequence[MappedColumn]


@dataclass(frozen=True, slots=True)
class MappingFault:
    """`place` is that of the column in the mapping, -1 for the mapping as a whole."""

    place: int
    what: str
    cure: str


def plain_heading(heading: str) -> str:
    """The heading in small letters without accents and signs: `E-Mail` and `email` are one."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub(r"[^a-z0-9]", "", letters)


def by_heading(meanings: Mapping[str, str]) -> Mapping[str, str]:
    """The meaning of each heading (in small letters without signs), from the headings of each meaning."""
    return MappingProxyType({heading: to for to, headings in meanings.items() for heading in headings.split()})


def guess_columns(
    columns: Sequence[str],
    formats: Mapping[str, Sequence[str]],
    meaning_of: Callable[[str], str | None],
    formats_for: Callable[[str], Sequence[str]],
    repeatable: Collection[str] = (IGNORE,),
) -> Mapped:
    """A mapping to start from: `meaning_of` a plain heading, each meaning once; a format that cannot be told is left
    open."""
    guessed: list[MappedColumn] = []
    taken: set[str] = set()
    for column in columns:
        to = meaning_of(plain_heading(column)) or IGNORE
        if to in taken and to not in repeatable:
            to = IGNORE
        taken.add(to)
        fitting = [form for form in formats.get(column, ()) if form in formats_for(to)]
        source = "import" if to == "external_id" else None
        guessed.append(MappedColumn(column, to, fitting[0] if len(fitting) == 1 else None, source))
    return guessed


def source_fault(mapped: MappedColumn) -> Fault | None:
    """An external id is one within the system that gave it."""
    if mapped.to == "external_id" and not mapped.source:
        return ("needs the system that gave these ids", 'Send "source", such as "erp".')
    return None


def faults_of_columns(
    mapping: Mapped,
    columns: Sequence[str],
    fault_of: Callable[[MappedColumn], Fault | None],
    repeatable: Collection[str] = (IGNORE,),
) -> list[MappingFault]:
    """Columns that the file has not or that are mapped twice, meanings of two columns, and what `fault_of` finds."""
    faults: list[MappingFault] = []
    seen_columns: set[str] = set()
    seen_meanings: set[tuple[str, str | None]] = set()
    for place, mapped in enumerate(mapping):
        fault: Fault | None
        if mapped.column not in columns:
            fault = ("is no column of the file", f"Name one of: {', '.join(columns)[:500]}.")
        else:
            fault = fault_of(mapped)
        if fault is None and mapped.column in seen_columns:
            fault = ("is mapped twice", "Name each column once.")
        meaning = (mapped.to, mapped.source)
        if fault is None and mapped.to not in repeatable and meaning in seen_meanings:
            fault = ("means what another column means already", "Map one of them to ignore.")
        seen_columns.add(mapped.column)
        seen_meanings.add(meaning)
        if fault is not None:
            faults.append(MappingFault(place, *fault))
    return faults


def format_fault(mapped: MappedColumn, formats: Mapping[str, Sequence[str]], wanted: Sequence[str]) -> Fault | None:
    """What is wrong with a column's format. `formats` are those that each column fits, `wanted` those that its meaning
    can have."""
    if mapped.format is None:
        fitting = [form for form in formats.get(mapped.column, ()) if form in wanted]
        if len(fitting) > 1:
            return (f"can be read as {' or as '.join(fitting)}", 'Say which in "format".')
    elif mapped.format not in wanted:
        return (f"{mapped.to} has no such format", f"Send {' or '.join(wanted) or 'no format'}.")
    return None
