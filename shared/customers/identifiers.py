"""Derive a customer's id from an identifier: every service computes the same one, without asking another."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable
from uuid import UUID

from shared.contracts.interactions import Identifier

# An explicit customer_id wins over all of these. A phone number is shared too often to identify somebody.
PRECEDENCE = ("external_id", "card", "email")
_NOT_DIGITS = re.compile(r"[^0-9]")


def normalise(kind: str, value: str, source: str | None = None) -> str:
    """The form in which two spellings of one identifier are equal."""
    text = unicodedata.normalize("NFC", value).strip()
    if kind == "email":
        return text.casefold()
    if kind == "phone":
        return _phone(text)
    if kind == "external_id":
        return f"{unicodedata.normalize('NFC', source or '').strip()}\x1f{text}"
    return text


def _phone(text: str) -> str:
    """Digits; in front of an international number "+", also for 00, and without the (0) of the national form."""
    international = text.startswith(("+", "00"))
    digits = _NOT_DIGITS.sub("", text.replace("(0)", "") if international else text)
    return "+" + digits.removeprefix("00") if international else digits


def fingerprint(key: str, kind: str, normalised: str) -> str:
    """Keyed hash (HMAC-SHA-256, hex) by which an identifier is known where it must not be stored."""
    return _digest(key, "fingerprint", kind, normalised).hex()


def customer_id_of(key: str, identifier: Identifier, generation: int = 0) -> UUID:
    """The customer id that an identifier derives, under the installation's key (never rotated).

    `generation` is raised when an identifier was erased, so that who comes back is somebody new. UUID version 8.
    """
    value = normalise(identifier.kind, identifier.value, identifier.source)
    raw = bytearray(_digest(key, "customer", identifier.kind, value, str(generation))[:16])
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(raw))


def choose_identifier(identifiers: Iterable[Identifier]) -> Identifier | None:
    """The identifier that derives the id, by PRECEDENCE; None when none may.

    A blank one derives nobody: everybody without an id in some storefront would become one customer.
    """
    offered = [identifier for identifier in identifiers if identifier.value.strip()]
    for kind in PRECEDENCE:
        for identifier in offered:
            if identifier.kind == kind:
                return identifier
    return None


def _digest(key: str, *parts: str) -> bytes:
    return hmac.digest(key.encode(), "\x00".join(parts).encode(), "sha256")
