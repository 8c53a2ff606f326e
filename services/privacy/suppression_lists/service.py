"""Bring lists in, take them out again, give our own out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.privacy.identity.domain import Hashing
from services.privacy.suppression_lists import repository
from services.privacy.suppression_lists.domain import Algorithm, Exported, SuppressionList, key_id
from services.privacy.suppression_lists.errors import ListNotFound, OtherKey
from shared.database.transaction import Tx


async def add_entries(
    tx: Tx,
    hashing: Hashing,
    name: str,
    algorithm: Algorithm,
    channel: str,
    digests: Iterable[str],
    *,
    hashed_with: str | None,
    added_by: str,
) -> int:
    """No marketing goes to these addresses any more; returns how many were not on this list yet. Raises OtherKey for
    keyed hashes of another installation."""
    if algorithm is Algorithm.KEYED and hashed_with != key_id(hashing.key):
        raise OtherKey(
            "Hashes under another key match nobody here.",
            cure="Send `key_id` as the export named it, from an installation with the same key; else send sha256.",
            where="/key_id",
        )
    return await repository.add(tx, name, algorithm, channel, digests, added_by)


async def show_lists(tx: Tx) -> list[SuppressionList]:
    """Every list that was brought in."""
    return await repository.lists(tx)


async def delete_list(tx: Tx, name: str) -> int:
    """The list counts no longer; returns how many entries it had. Raises ListNotFound."""
    deleted = await repository.delete(tx, name)
    if not deleted:
        raise ListNotFound(f"There is no list {name!r}.", cure="See GET /suppression-lists.")
    return deleted


async def export(tx: Tx, after: Sequence[str] | None, limit: int) -> list[Exported]:
    """The next entries of our own suppression list."""
    return await repository.export(tx, after, limit)
