"""Who a call is about, and what it says of them."""

from __future__ import annotations

import math
import re
from typing import Any

from shared.customers.spelling import names_nobody

# As the contract of events has them: what does not fit is left out, and costs the event nothing.
_EMAIL = re.compile(r"[^@\s\x00]+@[^@\s\x00]+")
_PHONE = re.compile(r"\+?[0-9 ()./-]{4,32}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_EMAIL = 320
_LONGEST_TEXT, _LONGEST_NAME, _LONGEST_LIST, _MOST_TRAITS = 1_000, 100, 100, 50
_INT64 = 2**63
_ADDRESS = {"city": "city", "state": "region", "postalCode": "postal_code", "country": "country"}
# Addresses and ids are identifiers, not traits.
_IDENTIFIERS = frozenset({"email", "phone", "id", "address"})


def text_of(value: Any) -> str | None:
    """An id as text: clients send numbers, too. None for what is missing or no id."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def reference_of(user_id: str | None, source: str, traits: dict[str, Any]) -> dict[str, Any] | None:
    """The customer as events name one: `userId` is an account of `source`. None for an anonymous visitor.

    A visitor who gives an e-mail address, such as a guest at the till, is known by it.
    """
    reference: dict[str, Any] = {}
    if user_id is not None:
        reference["external_id"] = {"source": source, "id": user_id}
    email = _fitting(_EMAIL, "email", traits.get("email"))
    if email is not None and len(email) <= _LONGEST_EMAIL:
        reference["email"] = email
    if not reference:
        return None
    phone = _fitting(_PHONE, "phone", traits.get("phone"))
    if phone is not None:
        reference["phone"] = phone
    return reference


def traits_of(traits: dict[str, Any]) -> dict[str, Any]:
    """What is said of the customer, flat: the address by its parts; nested values and what is too long are left out."""
    found = _address_of(traits.get("address"))
    for name, value in traits.items():
        if name in _IDENTIFIERS or not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or not name.strip():
            continue
        if name == "birthday" and isinstance(value, str) and _DATE.match(value):
            # Clients send the midnight of some time zone.
            value = value[:10]
        if _fits(value):
            found[name] = value
    return dict(list(found.items())[:_MOST_TRAITS])


def _address_of(address: Any) -> dict[str, Any]:
    if not isinstance(address, dict):
        return {}
    found: dict[str, Any] = {
        ours: address[theirs] for theirs, ours in _ADDRESS.items() if isinstance(address.get(theirs), str)
    }
    if isinstance(address.get("street"), str):
        found["address_lines"] = [address["street"]]
    return {name: value for name, value in found.items() if _fits(value)}


def _fits(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and "\x00" not in value
    if isinstance(value, list):
        return len(value) <= _LONGEST_LIST and all(isinstance(text, str) and _fits(text) for text in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < _INT64)


def _fitting(pattern: re.Pattern[str], kind: str, value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if pattern.fullmatch(text) and not names_nobody(kind, text) else None
