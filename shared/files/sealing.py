"""Rows of files as they lie on the disk: each line sealed under a key derived from the installation's secret."""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_USE = b"rows of files"


class NotSealed(Exception):
    """The line was not sealed for this file with this secret, or it was damaged."""


class RowSeal:
    """Seals the lines of one file. A line that is moved to another file cannot be opened there."""

    def __init__(self, key: bytes, file_id: UUID) -> None:
        self.key = key
        self._cipher = AESGCM(key)
        self._file = file_id.bytes

    @classmethod
    def of(cls, secret: str, file_id: UUID) -> RowSeal:
        """By the installation's secret."""
        return cls(hmac.digest(secret.encode(), _USE, "sha256"), file_id)

    def seal(self, plain: bytes) -> bytes:
        """A line that shows nothing, with its end."""
        nonce = os.urandom(_NONCE)
        return b64encode(nonce + self._cipher.encrypt(nonce, plain, self._file)) + b"\n"

    def open(self, line: bytes) -> bytes:
        """What was sealed. A line of a version that sealed none is given back as it is. Raises NotSealed."""
        if line.startswith(b"["):
            return line
        try:
            sealed = b64decode(line, validate=False)
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._file)
        except (InvalidTag, NotBase64, ValueError):
            raise NotSealed("a row was not sealed with this installation's key, or it is damaged") from None
