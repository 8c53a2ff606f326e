"""E-mail addresses as they go into SMTP commands and headers."""

from __future__ import annotations

import re

import idna

_ASCII_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
# Nothing that would need quoting or could end a header or a command, also of other scripts (RFC 6531).
_LOCAL = re.compile(r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,\"]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def wire_address(address: str) -> str | None:
    """The address with its domain in ASCII (xn--), or None for one that no server could be given."""
    local, at, domain = address.rpartition("@")
    if not at or not (_ASCII_LOCAL.fullmatch(local) or (not local.isascii() and _LOCAL.fullmatch(local))):
        return None
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            return None
    return f"{local}@{domain}" if _DOMAIN.fullmatch(domain) else None


def needs_smtputf8(address: str) -> bool:
    """Whether only a server that offers SMTPUTF8 can be given it: what is in front of the @ has no ASCII form."""
    return not address.isascii()
