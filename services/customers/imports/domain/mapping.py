"""What each column of a file means: guessed from its heading, and checked against what is defined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from services.customers.attributes.domain.definitions import AttributeType, Definitions
from services.customers.identifiers.domain import IdentifierKind
from services.customers.imports.domain.formats import DATE_FORMATS, NUMBER_FORMATS

IDENTIFIERS = ("external_id", "card", "email", "phone")
IGNORE, CONSENT = "ignore", "consent"
_RESERVED = frozenset({"status", "kind", "reachable"})
_DATES, _NUMBERS = frozenset({"date"}), frozenset({"integer", "number"})
# Headings as German and English sheets have them, in small letters without signs.
_HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        heading: meaning
        for meaning, headings in {
            "email": "email mail emailaddress emailadresse mailadresse",
            "phone": "phone telephone tel telefon telefonnummer phonenumber mobile mobil handy",
            "card": "card cardnumber loyaltycard kundenkarte kartennummer",
            "external_id": "customerid customernumber customerno kundennummer kundennr kdnr",
            "given_name": "givenname firstname forename vorname",
            "family_name": "familyname lastname surname nachname",
            "title": "title titel",
            "birth_date": "birthdate birthday dateofbirth geburtsdatum geburtstag",
            "sex": "sex gender geschlecht",
            "address_lines": "street address strasse adresse anschrift",
            "postal_code": "postalcode postcode zip zipcode plz postleitzahl",
            "city": "city town ort stadt",
            "region": "region state bundesland",
            "country": "country land",
            "language": "language sprache",
            "legal_name": "legalname company companyname firm firma firmenname",
            "turnover": "turnover umsatz jahresumsatz",
            "workforce": "workforce employees mitarbeiter mitarbeiterzahl",
            "children": "children kinder",
            "profession": "profession beruf",
            CONSENT: "newsletter consent optin marketing marketingconsent einwilligung werbung werbeeinwilligung",
        }.items()
        for heading in headings.split()
    }
)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """`to` is a kind of identifier, the name of an attribute, `consent` or `ignore`; `source` is the storefront of an
    external id, `format` how a date or a number is written."""

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


def guess_mapping(columns: Sequence[str], formats: Mapping[str, Sequence[str]], definitions: Definitions) -> Mapped:
    """A mapping to start from. A meaning is guessed once; a format that cannot be told is left open."""
    guessed: list[MappedColumn] = []
    taken: set[str] = set()
    for column in columns:
        heading = _plain(column)
        own = next((name for name in definitions if name.replace("_", "") == heading), None)
        to = _HEADINGS.get(heading) or own or IGNORE
        if to in taken and to not in (IGNORE, CONSENT):
            to = IGNORE
        taken.add(to)
        wanted = _formats_for(to, definitions)
        fitting = [form for form in formats.get(column, ()) if form in wanted]
        source = "import" if to == "external_id" else None
        guessed.append(MappedColumn(column, to, fitting[0] if len(fitting) == 1 else None, source))
    return guessed


def faults_of(
    mapping: Mapped, columns: Sequence[str], formats: Mapping[str, Sequence[str]], definitions: Definitions
) -> list[MappingFault]:
    """Everything that keeps this mapping from being used."""
    faults: list[MappingFault] = []
    seen_columns: set[str] = set()
    seen_meanings: set[tuple[str, str | None]] = set()
    for place, mapped in enumerate(mapping):
        fault = _fault_of(mapped, columns, formats, definitions)
        if fault is None and mapped.column in seen_columns:
            fault = ("is mapped twice", "Name each column once.")
        meaning = (mapped.to, mapped.source)
        if fault is None and mapped.to not in (IGNORE, CONSENT) and meaning in seen_meanings:
            fault = ("means what another column means already", "Map one of them to ignore.")
        seen_columns.add(mapped.column)
        seen_meanings.add(meaning)
        if fault is not None:
            faults.append(MappingFault(place, *fault))
    if not any(mapped.to in ("external_id", "card", "email") for mapped in mapping):
        faults.append(
            MappingFault(
                -1, "no column says who a row is about", "Map a column to email, card or external_id: the match key."
            )
        )
    return faults


def kind_of(mapped: MappedColumn) -> IdentifierKind | None:
    """The kind of identifier that a column holds, if it does."""
    return cast(IdentifierKind, mapped.to) if mapped.to in IDENTIFIERS else None


def _fault_of(
    mapped: MappedColumn, columns: Sequence[str], formats: Mapping[str, Sequence[str]], definitions: Definitions
) -> tuple[str, str] | None:
    if mapped.column not in columns:
        return ("is no column of the file", f"Name one of: {', '.join(columns)[:500]}.")
    if mapped.to == "external_id" and not mapped.source:
        return ("needs the system that gave these ids", 'Send "source", such as "erp".')
    if mapped.to in (IGNORE, CONSENT, *IDENTIFIERS):
        return None
    if mapped.to in _RESERVED or mapped.to not in definitions:
        return (f"no attribute {mapped.to[:63]!r} is defined", "Define it with POST /attributes, or map it to ignore.")
    wanted = _formats_for(mapped.to, definitions)
    if mapped.format is None:
        fitting = [form for form in formats.get(mapped.column, ()) if form in wanted]
        if len(fitting) > 1:
            return (f"can be read as {' or as '.join(fitting)}", 'Say which in "format".')
    elif mapped.format not in wanted:
        return (f"{mapped.to} has no such format", f"Send {' or '.join(wanted) or 'no format'}.")
    return None


def _formats_for(to: str, definitions: Definitions) -> Sequence[str]:
    type_: AttributeType | None = definitions[to].type if to in definitions else None
    if type_ in _DATES:
        return list(DATE_FORMATS)
    return list(NUMBER_FORMATS) if type_ in _NUMBERS else []


def _plain(heading: str) -> str:
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub(r"[^a-z0-9]", "", letters)
