"""Delete from privacy's own stores of a person's data, and look again."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from services.privacy.identity.domain import Address, channels_of, kind_of, subject_of
from shared.customers.stores import OWNERS, Store, deleted
from shared.database.transaction import Tx

# Own stores, in the order of erasing. The tombstone is set before: the ledger's guard lets go of its lines only then.
# A kept answer is emptied, not deleted: the repeat of a batch must not record again what others said in it.
# Merges stay. Whoever is one with an erased id is erased here (subject_locks): what is heard later under another id of
# the person must meet the tombstone, and a merge that was undone must stay so, or a living customer would be taken for
# the erased one. The request, which is kept with its certificate, names the same ids.
_ANSWERS = """exists (select from unnest(cast(:texts as bytea[])) as t(needle) where position(needle in body) > 0)"""
_THEIRS = "customer_id = any(cast(:ids as uuid[]))"
OWN = (
    *deleted("heads", "consents"),
    # What was asked and done stays, with an id that nothing leads to; what was said goes.
    Store(
        "requests",
        f"requests where {_THEIRS} and (note <> '' or addresses <> '[]' or second_selves <> '{{}}')",
        f"update requests set note = '', addresses = '[]', second_selves = '{{}}' where {_THEIRS}",
    ),
    Store(
        "request_archives",
        f"request_archives where request_id in (select request_id from requests where {_THEIRS})",
    ),
    Store("holds", f"holds where {_THEIRS} and reason <> ''", f"update holds set reason = '' where {_THEIRS}"),
    *deleted("preferences", "restriction_changes"),
    OWNERS,
    *deleted("permits"),
    Store(
        "idempotency",
        f"idempotency where {_ANSWERS}",
        f"update idempotency set body = cast('{{}}' as bytea) where {_ANSWERS}",
    ),
)
_SPOKEN = text("""
    select distinct fingerprint, channel from consents
    where customer_id = any(cast(:ids as uuid[])) and fingerprint is not null
""")
# All lines at the subjects in :subjects, older than :generation hand-overs when given; at those in :others only what
# the customers in :ids said themselves (a statement's two lines share its id).
_NAME_LINES = text("""
    insert into erased_lines (customer_id, version, erasure_id)
    select customer_id, version, cast(:erasure_id as uuid) from consents
    where customer_id = any(cast(:subjects as uuid[]))
      and (cast(:generation as int) is null or generation < :generation)
    union
    select customer_id, version, cast(:erasure_id as uuid) from consents
    where customer_id = any(cast(:others as uuid[]))
      and consent_id in (select consent_id from consents where customer_id = any(cast(:ids as uuid[])))
    on conflict do nothing
""")
_LINES = """
    from erased_lines e join consents c on c.customer_id = e.customer_id and c.version = e.version
    where e.erasure_id = :erasure_id
"""
_OF_GRANT = f"""
    h.action = 'granted' and (h.customer_id, h.consent_id) in (select c.customer_id, c.consent_id {_LINES})
"""
# A refusal that the grant had answered holds again.
_RESTORE_REFUSALS = text(f"""
    update heads h
    set action = 'withdrawn', occurred_at = h.refused_at, expires_at = null, expired = false, alone = false
    where {_OF_GRANT} and h.refused_at is not null
""")
_DELETE_GRANTS = text(f"delete from heads h where {_OF_GRANT}")
_COUNT_GRANTS = text(f"select count(*) from heads h where {_OF_GRANT}")
_DELETE_LINES = text("""
    delete from consents c using erased_lines e
    where e.erasure_id = :erasure_id and c.customer_id = e.customer_id and c.version = e.version
""")
_COUNT_LINES = text(f"select count(*) {_LINES}")


async def spoken_for(tx: Tx, ids: Iterable[UUID]) -> list[Address]:
    """The (hash, channel) of every address that these customers named in a statement, on each channel that uses it."""
    rows = await tx.rows(_SPOKEN, {"ids": sorted(set(ids))})
    return [(row["fingerprint"], channel) for row in rows for channel in channels_of(kind_of(row["channel"]))]


async def erase_lines(
    tx: Tx,
    erasure_id: UUID,
    *,
    subjects: Iterable[UUID],
    others: Iterable[UUID] = (),
    ids: Iterable[UUID] = (),
    generation: int | None = None,
) -> dict[str, int]:
    """Delete statements at addresses and under second selves (`subjects`), and what the customers in `ids` said at
    addresses of other people (`others`); how many. Grants end with them, refusals stay.

    With `generation` only what was said before the address changed hands so often. To be called before the customers'
    own lines go.
    """
    wanted = {
        "subjects": sorted(set(subjects)),
        "others": sorted(set(others)),
        "ids": sorted(set(ids)),
        "generation": generation,
        "erasure_id": erasure_id,
    }
    await tx.execute(_NAME_LINES, wanted)
    restored = (await tx.execute(_RESTORE_REFUSALS, wanted)).rowcount
    grants = (await tx.execute(_DELETE_GRANTS, wanted)).rowcount
    lines = (await tx.execute(_DELETE_LINES, wanted)).rowcount
    return {"address_grants": restored + grants, "address_lines": lines}


_AT = {
    "signups": "signups where fingerprint = any(cast(:fingerprints as text[]))",
    "address_preferences": "preferences where customer_id = any(cast(:subjects as uuid[]))",
}


async def erase_by_address(tx: Tx, fingerprints: Iterable[str]) -> dict[str, int]:
    """Delete sign-ups by these addresses and the wishes that stand at them; how many."""
    wanted = _at(fingerprints)
    return {name: (await tx.execute(text(f"delete from {found}"), wanted)).rowcount for name, found in _AT.items()}


async def count_by_address(tx: Tx, fingerprints: Iterable[str]) -> dict[str, int]:
    """How many of them are left, looked for again."""
    wanted = _at(fingerprints)
    return {name: int(await tx.value(text(f"select count(*) from {found}"), wanted)) for name, found in _AT.items()}


def _at(fingerprints: Iterable[str]) -> dict[str, object]:
    hashes = sorted(set(fingerprints))
    return {"fingerprints": hashes, "subjects": [subject_of(hashed) for hashed in hashes]}


async def count_lines(tx: Tx, erasure_id: UUID) -> dict[str, int]:
    """How many of the statements that `erase_lines` named are left, looked for again."""
    wanted = {"erasure_id": erasure_id}
    grants, lines = await tx.value(_COUNT_GRANTS, wanted), await tx.value(_COUNT_LINES, wanted)
    return {"address_grants": int(grants), "address_lines": int(lines)}
