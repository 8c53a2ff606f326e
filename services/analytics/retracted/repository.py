"""SQL of retractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Tx

_FORGET_PROFILES = text("""
    delete from profiles p using unnest(cast(:ids as uuid[]), cast(:versions as bigint[])) as n(id, version)
    where p.customer_id = n.id and p.version < n.version
""")
_KNOWN = text("""
    select t.id from unnest(cast(:ids as uuid[])) as t(id)
    where exists (select from facts f where f.customer_id = t.id)
       or exists (select from consents c where c.customer_id = t.id)
       or exists (select from list_members l where l.customer_id = t.id)
       or exists (select from profiles p where p.customer_id = t.id)
""")
_MEMBERSHIPS = text("""
    select m.customer_id, m.segment_id, m.version, s.current_version = m.version and not s.archived as shown
    from memberships m join segments s using (segment_id)
    where m.customer_id = any(cast(:ids as uuid[])) order by m.customer_id, m.segment_id, m.version
""")


class Membership(NamedTuple):
    """A segment that a customer is in; `shown` is false for a version that is still being filled."""

    customer_id: UUID
    segment_id: UUID
    version: int
    shown: bool


async def forget_profiles(tx: Tx, versions: Mapping[UUID, int]) -> None:
    """Profiles older than those versions are gone."""
    await tx.execute(_FORGET_PROFILES, {"ids": list(versions), "versions": list(versions.values())})


async def known_otherwise(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Those of whom something is kept that no import brought."""
    return {row["id"] for row in await tx.rows(_KNOWN, {"ids": list(ids)})}


async def memberships_of(tx: Tx, ids: Sequence[UUID]) -> list[Membership]:
    """The segments in which these customers are."""
    return [Membership(**row) for row in await tx.rows(_MEMBERSHIPS, {"ids": list(ids)})]


async def forget(tx: Tx, stores: Sequence[str], ids: Sequence[UUID]) -> None:
    """Nothing of these customers is in those tables."""
    if ids:
        for store in stores:
            await tx.execute(f"delete from {store} where customer_id = any(cast(:ids as uuid[]))", {"ids": list(ids)})
