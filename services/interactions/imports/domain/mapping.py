"""What each column of a file of orders means: guessed from its heading, and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args
from zoneinfo import available_timezones

from services.interactions.rates.domain import PLACES
from shared.contracts.interactions import Channel
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
    plain_heading,
    source_fault,
)

IDENTIFIERS = ("external_id", "card", "email", "phone")
# These say who an order is about; a phone number is shared too often.
MATCH_KEYS = ("external_id", "card", "email")
MOMENTS = ("ordered_at",)
NUMBERS = ("quantity", "amount", "unit_price", "discount", "tax", "cost")
OF_THE_ORDER = ("ordered_at", "currency", "channel", "store", "payment")
OF_THE_LINE = ("product_id", "category", "department", "brand")
ORDER = "order_id"
MEANINGS = (*IDENTIFIERS, ORDER, *OF_THE_ORDER, *OF_THE_LINE, *NUMBERS)
CHANNELS: tuple[str, ...] = get_args(Channel)

# Headings as German and English sheets have them, in small letters without signs.
_HEADINGS = by_heading(
    {
        "email": "email mail emailaddress emailadresse mailadresse customeremail kundenemail",
        "phone": "phone telephone tel telefon telefonnummer phonenumber mobile mobil handy",
        "card": "card cardnumber loyaltycard kundenkarte kartennummer",
        "external_id": "customerid customernumber customerno kundennummer kundennr kdnr customer kunde debitor",
        "order_id": "order orderid ordernumber orderno bestellung bestellnummer bestellnr auftrag auftragsnummer "
        "auftragsnr auftragnr belegnummer belegnr beleg rechnungsnummer rechnungsnr invoice invoicenumber bon",
        "ordered_at": "date orderdate orderedat createdat datum bestelldatum auftragsdatum rechnungsdatum "
        "belegdatum kaufdatum zeitpunkt purchasedate invoicedate",
        "currency": "currency wahrung waehrung",
        "channel": "channel kanal vertriebskanal",
        "store": "store shop filiale markt branch",
        "payment": "payment paymentmethod zahlung zahlart zahlungsart",
        "product_id": "product productid sku article articleno articlenumber artikel artikelnummer artikelnr item "
        "produkt produktnummer materialnummer",
        "quantity": "quantity qty menge anzahl stuck stueck units",
        "amount": "amount linetotal total sum betrag gesamt gesamtpreis summe umsatz positionsbetrag zeilenbetrag "
        "gesamtbetrag brutto bruttobetrag",
        "unit_price": "price unitprice preis einzelpreis stuckpreis stueckpreis",
        "discount": "discount rabatt nachlass",
        "tax": "tax vat mwst ust steuer mehrwertsteuer umsatzsteuer",
        "cost": "cost cogs einkaufspreis wareneinsatz kosten ek",
        "category": "category kategorie warengruppe",
        "department": "department abteilung sparte",
        "brand": "brand marke hersteller",
    }
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a whole file: whose order numbers these are, what is not said by a column, and the time zone of
    times without an offset."""

    source: str
    currency: str
    channel: str
    time_zone: str


def guess_mapping(columns: Sequence[str], formats: Mapping[str, Sequence[str]]) -> Mapped:
    """A mapping to start from."""
    own = {plain_heading(name): name for name in MEANINGS}
    return guess_columns(columns, formats, lambda heading: _HEADINGS.get(heading) or own.get(heading), formats_for)


def faults_of(
    mapping: Mapped, terms: Terms, columns: Sequence[str], formats: Mapping[str, Sequence[str]]
) -> list[MappingFault]:
    """Everything that keeps this mapping from being used."""
    faults = faults_of_columns(mapping, columns, lambda mapped: _fault_of(mapped, formats))
    meant = {mapped.to for mapped in mapping}
    for wanted, what, cure in (
        (MATCH_KEYS, "no column says who bought", "Map a column to email, card or external_id: the match key."),
        ((ORDER,), "no column has the number of the order", "Map a column to order_id: rows with one number are one."),
        (MOMENTS, "no column says when it was ordered", "Map a column to ordered_at."),
        (("amount", "unit_price"), "no column says what was paid", "Map a column to amount, or to unit_price."),
    ):
        if not meant.intersection(wanted):
            faults.append(MappingFault(-1, what, cure))
    if {"amount", "unit_price"} <= meant:
        faults.append(MappingFault(-1, "both amount and unit_price are mapped", "Map one of them to ignore."))
    return [*faults, *_faults_of_terms(terms)]


def formats_for(to: str) -> Sequence[str]:
    """The forms that a column of this meaning can have."""
    if to in MOMENTS:
        return list(DATE_FORMATS)
    return list(NUMBER_FORMATS) if to in NUMBERS else []


def _fault_of(mapped: MappedColumn, formats: Mapping[str, Sequence[str]]) -> Fault | None:
    if mapped.to == IGNORE:
        return None
    if mapped.to not in MEANINGS:
        return (f"{mapped.to[:63]!r} is nothing that an order has", f"Say one of: {', '.join(MEANINGS)}, {IGNORE}.")
    return source_fault(mapped) or format_fault(mapped, formats, formats_for(mapped.to))


def _faults_of_terms(terms: Terms) -> list[MappingFault]:
    faults = []
    if terms.currency not in PLACES:
        faults.append(MappingFault(-1, "the currency is none of ISO 4217", "Send its three letters, such as EUR."))
    if terms.time_zone not in available_timezones():
        faults.append(MappingFault(-1, "the time zone is not known", "Send an IANA time zone such as Europe/Berlin."))
    return faults
