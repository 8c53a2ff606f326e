"""The vocabulary of definitions: attributes that profiles have shown, segments and lists that exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.analytics.segments.domain.catalogue import Catalogue
from services.analytics.segments.domain.instants import DAY
from services.analytics.segments.domain.vocabulary import types_of, vocabulary
from services.analytics.segments.repository import attributes, lists, segments
from shared.database.transaction import Tx


async def catalogue(tx: Tx, fact_days: int | None) -> Catalogue:
    """What a definition may speak of, now."""
    return Catalogue(
        attributes=vocabulary(await attributes.known_attributes(tx)),
        retention=fact_days * DAY if fact_days else None,
        segments=frozenset(str(id) for id in await segments.live_ids(tx)),
        lists=frozenset(str(id) for id in await lists.ids(tx)),
    )


class AttributeLearner:
    """Stores attributes seen for the first time. Remembers what it stored, so that most batches need no statement."""

    def __init__(self) -> None:
        self._types: dict[str, str] = {}

    async def learn(self, tx: Tx, profiles: Iterable[Mapping[str, Any]]) -> None:
        """The names and types in these profiles are known."""
        seen = types_of(profiles)
        fresh = {name: kind for name, kind in seen.items() if self._types.get(name) != kind}
        if fresh:
            await attributes.learn_attributes(tx, fresh)
            # Not before: after a rollback it would never be stored.
            tx.after_commit(lambda: self._types.update(fresh))
