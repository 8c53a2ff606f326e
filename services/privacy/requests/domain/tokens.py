"""The token of the link by which an archive is fetched."""

from __future__ import annotations

from uuid import UUID

from shared.security.id_tokens import make_id_token, read_id_token

_USE = "archive"


def make_token(key: str, request_id: UUID) -> str:
    """What the link ends with. That it hands out once is remembered by the archive."""
    return make_id_token(key, _USE, request_id)


def read_token(key: str, token: str) -> UUID | None:
    """The request of a genuine token."""
    return read_id_token(key, _USE, token)
