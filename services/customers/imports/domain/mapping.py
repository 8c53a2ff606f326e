"""What each column of a file means: guessed from its heading, and checked against what is defined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

from services.customers.attributes.domain.definitions import AttributeType, Definitions
from services.customers.identifiers.domain import IdentifierKind
from shared.files.formats import DATE_FORMATS, NUMBER_FORMATS
from shared.files.mapping import (
    IGNORE,
    Fault,
    Mapped,
    MappedColumn,
    MappingFault,
    faults_of_columns,
    format_fault,
    plain_heading,
)

IDENTIFIERS = ("external_id", "card", "email", "phone")
CONSENT = "consent"
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


def guess_mapping(columns: Sequence[str], formats: Mapping[str, Sequence[str]], definitions: Definitions) -> Mapped:
    """A mapping to start from. A meaning is guessed once; a format that cannot be told is left open."""
    guessed: list[MappedColumn] = []
    taken: set[str] = set()
    for column in columns:
        heading = plain_heading(column)
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
    faults = faults_of_columns(
        mapping, columns, lambda mapped: _fault_of(mapped, formats, definitions), (IGNORE, CONSENT)
    )
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


def _fault_of(mapped: MappedColumn, formats: Mapping[str, Sequence[str]], definitions: Definitions) -> Fault | None:
    if mapped.to == "external_id" and not mapped.source:
        return ("needs the system that gave these ids", 'Send "source", such as "erp".')
    if mapped.to in (IGNORE, CONSENT, *IDENTIFIERS):
        return None
    if mapped.to in _RESERVED or mapped.to not in definitions:
        return (f"no attribute {mapped.to[:63]!r} is defined", "Define it with POST /attributes, or map it to ignore.")
    return format_fault(mapped, formats, _formats_for(mapped.to, definitions))


def _formats_for(to: str, definitions: Definitions) -> Sequence[str]:
    type_: AttributeType | None = definitions[to].type if to in definitions else None
    if type_ in _DATES:
        return list(DATE_FORMATS)
    return list(NUMBER_FORMATS) if type_ in _NUMBERS else []
