"""What each column of a file means: guessed from its heading, and checked against what is defined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    by_heading,
    faults_of_columns,
    format_fault,
    guess_columns,
    source_fault,
)

IDENTIFIERS = ("external_id", "card", "email", "phone")
CONSENT = "consent"
_REPEATABLE = (IGNORE, CONSENT)
_RESERVED = frozenset({"status", "kind", "reachable"})
_DATES, _NUMBERS = frozenset({"date"}), frozenset({"integer", "number"})
# Headings as German and English sheets have them, in small letters without signs.
_HEADINGS = by_heading(
    {
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
    }
)


def guess_mapping(columns: Sequence[str], formats: Mapping[str, Sequence[str]], definitions: Definitions) -> Mapped:
    """A mapping to start from: a heading that we know, or the name of an attribute."""
    own = {name.replace("_", ""): name for name in definitions}
    return guess_columns(
        columns,
        formats,
        lambda heading: _HEADINGS.get(heading) or own.get(heading),
        lambda to: _formats_for(to, definitions),
        _REPEATABLE,
    )


def faults_of(
    mapping: Mapped, columns: Sequence[str], formats: Mapping[str, Sequence[str]], definitions: Definitions
) -> list[MappingFault]:
    """Everything that keeps this mapping from being used."""
    faults = faults_of_columns(mapping, columns, lambda mapped: _fault_of(mapped, formats, definitions), _REPEATABLE)
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
    if (fault := source_fault(mapped)) is not None:
        return fault
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
