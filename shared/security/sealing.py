"""Secrets that are kept in a database, readable only with the installation's key."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr


class CannotOpen(Exception):
    """Sealed with another key or for another purpose, or damaged."""


def sealed(key: SecretStr, purpose: str, secret: str) -> str:
    """The secret as it may be stored. `purpose` names the one use for which it can be opened again."""
    return _cipher(key, purpose).encrypt(secret.encode()).decode()


def opened(key: SecretStr, purpose: str, stored: str) -> str:
    """The secret that was sealed. Raises CannotOpen."""
    try:
        return _cipher(key, purpose).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise CannotOpen from error


def _cipher(key: SecretStr, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(key.get_secret_value().encode())
    return Fernet(base64.urlsafe_b64encode(derived))
