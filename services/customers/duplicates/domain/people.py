"""What is compared of a customer, in the form in which it is compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.customers.attributes.domain.definitions import Kind
from services.customers.duplicates.domain.sounds import fold

_HOUSE = re.compile(r"(\d{1,5})\s?([a-z])?\b")
_STREET = re.compile(r"\b(strasse|str|street|st|road|rd|avenue|ave|lane|ln)$")
# What a firm is by law says little of which one it is.
_FORMS = frozenset(
    """gmbh ag kg ohg ug se ev eg gbr mbh co cie inc llc ltd limited plc corp corporation company sa sarl sas srl spa bv
    nv ab as oy""".split()  # noqa: SIM905
)
_PARTICLES = frozenset(
    """von van de der den del della di da dos du la le zu zur zum af av ter ten""".split()  # noqa: SIM905
)
_LEAST_LOCAL = 5
# Addresses that many have in common: no sign that two are one.
_ANYBODYS = frozenset(
    ["info", "mail", "kontakt", "contact", "office", "service", "support", "hello", "postmaster", "webmaster"]
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A customer as others are compared with them. Texts are folded; `phones` are last digits, `mails` addresses."""

    customer_id: UUID
    kind: Kind
    given: str = ""
    family: str = ""
    legal: str = ""
    birth: str = ""
    street: str = ""
    house: str = ""
    postal: str = ""
    city: str = ""
    sex: str = ""
    phones: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether there is a name: nobody is proposed for an address alone."""
        return bool(self.legal if self.kind == "firm" else self.family or self.given)

    def to_text(self) -> str:
        """As it is stored."""
        fields = (self.given, self.family, self.legal, self.birth, self.street, self.house, self.postal, self.city)
        return orjson.dumps([self.kind, *fields, self.sex, self.phones, self.mails]).decode()

    @classmethod
    def of_text(cls, customer_id: UUID, text: str) -> Likeness:
        """What `to_text` was made of."""
        kind, given, family, legal, birth, street, house, postal, city, sex, phones, mails = orjson.loads(text)
        return cls(
            customer_id,
            kind,
            given,
            family,
            legal,
            birth,
            street,
            house,
            postal,
            city,
            sex,
            tuple(phones),
            tuple(mails),
        )


def likeness_of(
    customer_id: UUID, kind: Kind, values: Mapping[str, Any], phones: Iterable[str], mails: Iterable[str]
) -> Likeness:
    """What is compared of a customer with this profile and these (normalised) addresses."""
    lines = values.get("address_lines") or ()
    address = [fold(str(line)) for line in lines] if isinstance(lines, list | tuple) else []
    street, house = _street(address)
    return Likeness(
        customer_id=customer_id,
        kind=kind,
        given=fold(_text(values, "given_name")),
        family=_without(fold(_text(values, "family_name")), _PARTICLES),
        legal=_without(fold(_text(values, "legal_name")), _FORMS),
        birth=_birth(_text(values, "birth_date")),
        street=street,
        house=house,
        postal=fold(_text(values, "postal_code")).replace(" ", ""),
        city=fold(_text(values, "city")),
        sex=_text(values, "sex"),
        phones=tuple(sorted({digits for phone in phones if len(digits := _digits(phone)) >= 7})),
        mails=tuple(sorted(set(mails))),
    )


def local_part(mail: str) -> str:
    """What stands before the @, when it says who somebody is; else nothing."""
    local = re.sub(r"[._-]", "", mail.partition("@")[0].partition("+")[0])
    return local if len(local) >= _LEAST_LOCAL and local not in _ANYBODYS else ""


def _street(lines: list[str]) -> tuple[str, str]:
    """The line with a number in it, as street and house number."""
    for line in lines:
        number = _HOUSE.search(line)
        if number:
            street = (line[: number.start()] + line[number.end() :]).strip()
            return _STREET.sub("", street).strip() or street, "".join(part or "" for part in number.groups())
    return (_STREET.sub("", lines[0]).strip(), "") if lines else ("", "")


def _without(text: str, words: frozenset[str]) -> str:
    """The text without these words, or as it is when nothing would be left."""
    return " ".join(word for word in text.split() if word not in words) or text


def _birth(text: str) -> str:
    """Eight digits."""
    try:
        return date.fromisoformat(text).strftime("%Y%m%d")
    except ValueError:
        return ""


def _digits(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit())[-9:]


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
