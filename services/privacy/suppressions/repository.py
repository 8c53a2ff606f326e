"""Read and write the suppression list, and lock the address rows: permits shared, suppressions for themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text

from services.privacy.identity.domain import Address
from services.privacy.suppressions.domain import Removal, Suppression, SuppressionReason
from shared.database.transaction import Tx

_PAIRS = "unnest(cast(:fingerprints as text[]), cast(:channels as text[])) as t(fingerprint, channel)"
# One collation for both statements, so that every transaction inserts and locks in the same order.
_SORTED = 'order by fingerprint collate "C", channel collate "C"'
_MAKE = text(f"""
    insert into addresses (fingerprint, channel) select fingerprint, channel from {_PAIRS} {_SORTED}
    on conflict do nothing
""")
_LOCK = """
    select fingerprint from addresses
    where (fingerprint, channel) in (select fingerprint, channel from {pairs}) {order} for {strength}
"""
_LOCK_SHARED = text(_LOCK.format(pairs=_PAIRS, order=_SORTED, strength="share"))
_LOCK_OWN = text(_LOCK.format(pairs=_PAIRS, order=_SORTED, strength="no key update"))
_READ = text(f"""
    select fingerprint, channel, reason, since, recorded_by, former
    from suppressions join {_PAIRS} using (fingerprint, channel)
    order by fingerprint, channel, since, reason
""")
_ADD = text(f"""
    insert into suppressions (fingerprint, channel, reason, since, recorded_by)
    select fingerprint, channel, :reason, :since, :recorded_by from {_PAIRS}
    on conflict do nothing returning fingerprint, channel
""")
_REMOVE = text(f"""
    with gone as (
        delete from suppressions s using {_PAIRS}
        where s.fingerprint = t.fingerprint and s.channel = t.channel and s.reason = any(cast(:reasons as text[]))
          and (s.former or not :former_only)
        returning s.fingerprint, s.channel, s.reason, s.since, s.recorded_by
    )
    insert into suppression_removals (fingerprint, channel, reason, since, recorded_by, removed_at, removed_by)
    select fingerprint, channel, reason, since, recorded_by, :now, :removed_by from gone
    returning fingerprint, channel
""")
_REMOVALS = text(f"""
    select fingerprint, channel, reason, since, recorded_by, removed_at, removed_by
    from suppression_removals join {_PAIRS} using (fingerprint, channel)
    order by fingerprint, channel, removal
""")


async def lock(tx: Tx, addresses: Iterable[Address], *, shared: bool = False) -> None:
    """Lock these addresses until the commit; made where missing. Customers are locked before, never after."""
    wanted = _pairs(addresses)
    await tx.execute(_MAKE, wanted)
    await tx.execute(_LOCK_SHARED if shared else _LOCK_OWN, wanted)


async def read(tx: Tx, addresses: Iterable[Address]) -> list[Suppression]:
    """Every entry for these addresses."""
    rows = await tx.rows(_READ, _pairs(addresses))
    return [Suppression(**{**row, "reason": SuppressionReason(row["reason"])}) for row in rows]


async def add(
    tx: Tx, addresses: Iterable[Address], reason: SuppressionReason, recorded_by: str, since: datetime
) -> list[Address]:
    """Put locked addresses on the list; returns those that did not have this reason yet."""
    rows = await tx.rows(
        _ADD, {**_pairs(addresses), "reason": reason.value, "since": since, "recorded_by": recorded_by}
    )
    return [(row["fingerprint"], row["channel"]) for row in rows]


async def remove(
    tx: Tx,
    addresses: Iterable[Address],
    reasons: Iterable[SuppressionReason],
    removed_by: str,
    *,
    former_only: bool = False,
) -> list[Address]:
    """Take locked addresses off the list for these reasons, and note who did; returns what was taken off.

    With `former_only` those entries that were made before addresses were hashed as they are today.
    """
    wanted = {"reasons": sorted(reasons), "removed_by": removed_by, "now": tx.now, "former_only": former_only}
    rows = await tx.rows(_REMOVE, {**_pairs(addresses), **wanted})
    return [(row["fingerprint"], row["channel"]) for row in rows]


async def removals(tx: Tx, addresses: Iterable[Address]) -> list[Removal]:
    """What was ever taken off the list for these addresses."""
    found = []
    for row in await tx.rows(_REMOVALS, _pairs(addresses)):
        fields = dict(row)
        at, by = fields.pop("removed_at"), fields.pop("removed_by")
        found.append(Removal(Suppression(**{**fields, "reason": SuppressionReason(row["reason"])}), by, at))
    return found


def _pairs(addresses: Iterable[Address]) -> dict[str, Sequence[str]]:
    unique = sorted(set(addresses))
    return {"fingerprints": [address[0] for address in unique], "channels": [address[1] for address in unique]}
