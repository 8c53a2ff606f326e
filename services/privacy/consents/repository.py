"""Read and write the consent ledger and its heads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text

from services.privacy.consents.domain.ledger import Action, Given, Head, Line, Proof, Scope, Statement
from services.privacy.notices.domain import missing_proof
from shared.database.transaction import Tx

_HEAD = (
    "customer_id, purpose, channel, action, consent_id, version, occurred_at, expires_at, refused_at, expired, "
    "fingerprint, generation, alone, former"
)
_HEADS = text(f"select {_HEAD} from heads where customer_id = any(cast(:ids as uuid[])) order by purpose, channel")
_PAGE = text(f"""
    select {_HEAD} from heads where customer_id in (
        select distinct customer_id from heads
        where cast(:after as uuid) is null or customer_id > :after order by customer_id limit :limit)
    order by customer_id, purpose, channel
""")
_DUE = text("""
    select customer_id, purpose, channel from heads
    where action = 'granted' and not expired and expires_at <= :now
    order by expires_at limit :limit
""")
_STORE_HEADS = text(f"""
    insert into heads ({_HEAD})
    select * from unnest(
        cast(:customers as uuid[]), cast(:purposes as text[]), cast(:channels as text[]), cast(:actions as text[]),
        cast(:consents as uuid[]), cast(:versions as bigint[]), cast(:occurred as timestamptz[]),
        cast(:expires as timestamptz[]), cast(:refused as timestamptz[]), cast(:expired as boolean[]),
        cast(:fingerprints as text[]), cast(:generations as int[]), cast(:alone as boolean[]),
        cast(:former as boolean[]))
    on conflict (customer_id, purpose, channel) do update set
        action = excluded.action, consent_id = excluded.consent_id, version = excluded.version,
        occurred_at = excluded.occurred_at, expires_at = excluded.expires_at, refused_at = excluded.refused_at,
        expired = excluded.expired, fingerprint = excluded.fingerprint, generation = excluded.generation,
        alone = excluded.alone, former = excluded.former
""")
LINE_COLUMNS = (
    "customer_id, version, consent_id, purpose, channel, action, effective, occurred_at, recorded_at, expires_at, "
    "recorded_by, basis, wording, wording_version, evidence, withdrawn_via, campaign_id, message_id, "
    "fingerprint, generation, alone, former, notice_id, wording_sha256, unproven"
)
_APPEND = text(f"""
    insert into consents ({LINE_COLUMNS})
    select customer_id, version, consent_id, purpose, channel, action, effective, occurred_at, :now, expires_at,
        recorded_by, basis, wording, wording_version, cast(evidence as jsonb), withdrawn_via, campaign_id, message_id,
        fingerprint, generation, alone, former, notice_id, wording_sha256, unproven
    from unnest(
        cast(:customers as uuid[]), cast(:versions as bigint[]), cast(:consents as uuid[]), cast(:purposes as text[]),
        cast(:channels as text[]), cast(:actions as text[]), cast(:effective as boolean[]),
        cast(:occurred as timestamptz[]), cast(:expires as timestamptz[]), cast(:recorders as text[]),
        cast(:bases as text[]), cast(:wordings as text[]), cast(:wording_versions as text[]),
        cast(:evidence as text[]), cast(:vias as text[]), cast(:campaigns as uuid[]), cast(:messages as uuid[]),
        cast(:fingerprints as text[]), cast(:generations as int[]), cast(:alone as boolean[]),
        cast(:former as boolean[]), cast(:notices as uuid[]), cast(:hashes as text[]), cast(:unproven as boolean[]))
    as t(customer_id, version, consent_id, purpose, channel, action, effective, occurred_at, expires_at, recorded_by,
         basis, wording, wording_version, evidence, withdrawn_via, campaign_id, message_id, fingerprint, generation,
         alone, former, notice_id, wording_sha256, unproven)
""")
# The words of a wording that is kept stand with it, not with each line.
_HISTORY = text(f"""
    select c.*, n.text from (
        select {LINE_COLUMNS} from consents
        where customer_id = any(cast(:ids as uuid[])) and (cast(:before as bigint) is null or version < :before)
        order by version desc limit :limit
    ) as c left join notices n using (notice_id)
    order by c.version desc
""")
_UNPROVEN = text("""
    select distinct purpose, channel from consents where customer_id = any(cast(:ids as uuid[])) and unproven
""")


_CONSENTED_BY = text("""
    select distinct c.customer_id, c.fingerprint from consents c
    join unnest(cast(:fingerprints as text[]), cast(:generations as int[])) as n(fingerprint, generation)
      on n.fingerprint = c.fingerprint and n.generation = c.generation
    where c.customer_id = any(cast(:ids as uuid[])) and c.action = 'granted' and not c.former
      and not c.unproven
""")


async def heads_of(tx: Tx, ids: Iterable[UUID]) -> list[Head]:
    """Every head of these customer ids."""
    return [_head(row) for row in await tx.rows(_HEADS, {"ids": sorted(set(ids))})]


async def consented_by(tx: Tx, subjects: Iterable[UUID], generations: Mapping[str, int]) -> set[tuple[UUID, str]]:
    """(subject, hash): which of these subjects has ever granted something by which of these addresses, since each has
    its present holder."""
    wanted = {
        "ids": sorted(set(subjects)),
        "fingerprints": list(generations),
        "generations": list(generations.values()),
    }
    return {(row["customer_id"], row["fingerprint"]) for row in await tx.rows(_CONSENTED_BY, wanted)}


async def due(tx: Tx, now: datetime, limit: int) -> list[Scope]:
    """Grants that have run out and were not published as expired yet, the oldest first."""
    return [Scope(**row) for row in await tx.rows(_DUE, {"now": now, "limit": limit})]


async def store_heads(tx: Tx, heads: Sequence[Head]) -> None:
    """Write what holds now; one head per scope."""
    await tx.execute(
        _STORE_HEADS,
        {
            "customers": [head.scope.customer_id for head in heads],
            "purposes": [head.scope.purpose for head in heads],
            "channels": [head.scope.channel for head in heads],
            "actions": [head.action.value for head in heads],
            "consents": [head.consent_id for head in heads],
            "versions": [head.version for head in heads],
            "occurred": [head.occurred_at for head in heads],
            "expires": [head.expires_at for head in heads],
            "refused": [head.refused_at for head in heads],
            "expired": [head.expired for head in heads],
            **_given_columns([head.given for head in heads]),
        },
    )


async def append(tx: Tx, lines: Sequence[Line]) -> None:
    """Add to the ledger. The database refuses lines of an erased customer."""
    statements = [line.statement for line in lines]
    proofs = [statement.proof for statement in statements]
    await tx.execute(
        _APPEND,
        {
            "now": tx.now,
            "customers": [statement.scope.customer_id for statement in statements],
            "versions": [line.version for line in lines],
            "consents": [statement.consent_id for statement in statements],
            "purposes": [statement.scope.purpose for statement in statements],
            "channels": [statement.scope.channel for statement in statements],
            "actions": [statement.action.value for statement in statements],
            "effective": [line.effective for line in lines],
            "occurred": [statement.occurred_at for statement in statements],
            "expires": [statement.expires_at for statement in statements],
            "recorders": [proof.recorded_by for proof in proofs],
            "bases": [proof.basis for proof in proofs],
            "wordings": [None if proof.notice_id else proof.wording for proof in proofs],
            "wording_versions": [proof.wording_version for proof in proofs],
            "notices": [proof.notice_id for proof in proofs],
            "hashes": [proof.wording_hash for proof in proofs],
            "unproven": [bool(proof.lacking) for proof in proofs],
            "evidence": [json.dumps(proof.evidence) for proof in proofs],
            "vias": [proof.withdrawn_via for proof in proofs],
            "campaigns": [proof.campaign_id for proof in proofs],
            "messages": [proof.message_id for proof in proofs],
            **_given_columns([statement.given for statement in statements]),
        },
    )


async def page_of_heads(tx: Tx, after: UUID | None, limit: int) -> tuple[list[Head], UUID | None]:
    """The heads of the next subjects; and the last of those, None when there are no more."""
    heads = [_head(row) for row in await tx.rows(_PAGE, {"after": after, "limit": limit})]
    subjects = {head.scope.customer_id for head in heads}
    return heads, heads[-1].scope.customer_id if len(subjects) == limit else None


async def history(tx: Tx, ids: Iterable[UUID], *, before: int | None, limit: int) -> list[Line]:
    """Lines of these customer ids, newest first, older than the number `before` (None: from the newest)."""
    rows = await tx.rows(_HISTORY, {"ids": sorted(set(ids)), "before": before, "limit": limit})
    return [line_of(row) for row in rows]


async def unproven(tx: Tx, ids: Iterable[UUID]) -> set[tuple[str, str]]:
    """The purposes and channels for which somebody recorded a grant of these subjects that nothing proves."""
    return {(row["purpose"], row["channel"]) for row in await tx.rows(_UNPROVEN, {"ids": sorted(set(ids))})}


def _given_columns(given: Sequence[Given | None]) -> dict[str, list[object]]:
    return {
        "fingerprints": [named.fingerprint if named else None for named in given],
        "generations": [named.generation if named else 0 for named in given],
        "alone": [named.alone if named else False for named in given],
        "former": [named.former if named else False for named in given],
    }


def _given(row: RowMapping) -> Given | None:
    return (
        None
        if row["fingerprint"] is None
        else Given(row["fingerprint"], row["generation"], row["alone"], row["former"])
    )


def _scope(row: RowMapping) -> Scope:
    return Scope(row["customer_id"], row["purpose"], row["channel"])


def _head(row: RowMapping) -> Head:
    return Head(
        scope=_scope(row),
        action=Action(row["action"]),
        consent_id=row["consent_id"],
        version=row["version"],
        occurred_at=row["occurred_at"],
        expires_at=row["expires_at"],
        refused_at=row["refused_at"],
        expired=row["expired"],
        given=_given(row),
    )


def line_of(row: RowMapping) -> Line:
    """A row of `consents` (LINE_COLUMNS), with the `text` of its notice."""
    proof = Proof(
        recorded_by=row["recorded_by"],
        basis=row["basis"],
        wording=row["wording"] or row["text"],
        wording_version=row["wording_version"],
        evidence=row["evidence"],
        withdrawn_via=row["withdrawn_via"],
        campaign_id=row["campaign_id"],
        message_id=row["message_id"],
        notice_id=row["notice_id"],
    )
    if row["unproven"]:
        lacking = missing_proof(proof.basis, proof.evidence, worded=proof.wording is not None)
        proof = replace(proof, lacking=lacking or ("confirmation",))
    statement = Statement(
        consent_id=row["consent_id"],
        scope=_scope(row),
        action=Action(row["action"]),
        occurred_at=row["occurred_at"],
        proof=proof,
        expires_at=row["expires_at"],
        given=_given(row),
    )
    return Line(statement, row["version"], row["effective"], row["recorded_at"])
