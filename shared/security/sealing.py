"""Seal what must be stored and read again (an address that waits for its confirmation), so that a copy of the database
shows nothing of it."""

from __future__ import annotations

import binascii
import hmac
import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# First byte of what is sealed, so that another scheme can be told from this one.
_LAYOUT = b"\x01"
_NONCE = 12


class NotSealed(Exception):
    """This was not sealed with that secret for that row, or was damaged."""


def seal(secret: str, use: str, row: bytes, plain: bytes) -> bytes:
    """`plain` under a key that is derived from the secret for one use; readable for the same `row` only."""
    nonce = os.urandom(_NONCE)
    return _LAYOUT + nonce + _cipher(secret, use).encrypt(nonce, plain, row)


def unseal(secret: str, use: str, row: bytes, sealed: bytes) -> bytes:
    """What `seal` was given. Raises NotSealed."""
    if sealed[:1] != _LAYOUT or len(sealed) <= _NONCE:
        raise NotSealed
    try:
        return _cipher(secret, use).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], row)
    except InvalidTag:
        raise NotSealed from None


def seal_text(secret: str, use: str, row: bytes, plain: str) -> str:
    """The same for a text, as a text."""
    return b64encode(seal(secret, use, row, plain.encode())).decode()


def unseal_text(secret: str, use: str, row: bytes, sealed: str) -> str:
    """What `seal_text` was given. Raises NotSealed."""
    try:
        return unseal(secret, use, row, b64decode(sealed, validate=True)).decode()
    except (binascii.Error, UnicodeError):
        raise NotSealed from None


def _cipher(secret: str, use: str) -> AESGCM:
    return AESGCM(hmac.digest(secret.encode(), b"sealing\x00" + use.encode(), "sha256"))
