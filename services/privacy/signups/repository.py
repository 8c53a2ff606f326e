"""Read and write sign-ups and forms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text

from services.privacy.signups.domain import Form, Person, SignUp, SignUpState
from shared.database.transaction import Tx
from shared.security.sealing import NotSealed, seal, unseal

_USE = "signups"
_SIGNUP = (
    "signup_id, fingerprint, sealed, language, notice_ids, source, evidence, state, requested_at, expires_at, "
    "confirmed_at"
)
_ADD = text("""
    insert into signups (signup_id, fingerprint, sealed, language, notice_ids, source, evidence, state, requested_at,
                         expires_at)
    values (:signup_id, :fingerprint, :sealed, :language, cast(:notice_ids as uuid[]), :source,
            cast(:evidence as jsonb), 'pending', :requested_at, :expires_at)
""")
# Two sign-ups of one address at once: the second waits here, and then sees the first.
_LOCK_ADDRESS = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
_RECENT = text(f"""
    select {_SIGNUP} from signups where fingerprint = :fingerprint and requested_at > :since
    order by requested_at desc
""")
_FIND = text(f"select {_SIGNUP} from signups where signup_id = any(cast(:ids as uuid[]))")
_WAITING = text("""
    select signup_id, fingerprint from signups
    where signup_id = any(cast(:ids as uuid[])) and state = 'pending' and expires_at > :now
""")
_LOCK = text(f"select {_SIGNUP} from signups where signup_id = :signup_id for update")
_CONFIRM = text("""
    update signups set state = 'confirmed', confirmed_at = :now, sealed = null, evidence = cast('{}' as jsonb)
    where signup_id = :signup_id
""")
_PURGE = text("""
    delete from signups where signup_id in (
        select signup_id from signups
        where state = 'pending' and expires_at <= :now or state = 'confirmed' and confirmed_at <= :confirmed_before
        limit :limit)
    returning state
""")
_FORM = "name, titles, notices, ask_name, archived, changed_by, changed_at"
_STORE_FORM = text(f"""
    insert into signup_forms ({_FORM})
    values (:name, cast(:titles as jsonb), cast(:notices as text[]), :ask_name, :archived, :changed_by, :now)
    on conflict (name) do update set titles = excluded.titles, notices = excluded.notices,
        ask_name = excluded.ask_name, archived = excluded.archived, changed_by = excluded.changed_by,
        changed_at = excluded.changed_at
""")
_FORMS = text(f"select {_FORM} from signup_forms where cast(:name as text) is null or name = :name order by name")


async def lock_address(tx: Tx, fingerprint: str) -> None:
    """No other sign-up of this address is taken until the commit."""
    await tx.execute(_LOCK_ADDRESS, {"name": f"signup:{fingerprint}"})


async def recent(tx: Tx, key: str, fingerprint: str, since: datetime) -> list[SignUp]:
    """The sign-ups of an address since then, the newest first."""
    rows = await tx.rows(_RECENT, {"fingerprint": fingerprint, "since": since})
    return [_signup(key, row) for row in rows]


async def add(tx: Tx, key: str, signup: SignUp) -> None:
    """Keep a sign-up that waits; `key` is the installation's."""
    person = signup.person
    assert person is not None
    plain = orjson.dumps({"email": person.email, **person.names})
    await tx.execute(
        _ADD,
        {
            "signup_id": signup.signup_id,
            "fingerprint": signup.fingerprint,
            "sealed": seal(key, _USE, signup.signup_id.bytes, plain),
            "language": signup.language,
            "notice_ids": list(signup.notice_ids),
            "source": signup.source,
            "evidence": json.dumps(dict(signup.evidence)),
            "requested_at": signup.requested_at,
            "expires_at": signup.expires_at,
        },
    )


async def find(tx: Tx, key: str, ids: Iterable[UUID]) -> list[SignUp]:
    """Those of these sign-ups that are there."""
    return [_signup(key, row) for row in await tx.rows(_FIND, {"ids": sorted(set(ids))})]


async def waiting_addresses(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The hash of the address that each of these sign-ups asks; those that do not wait are left out."""
    rows = await tx.rows(_WAITING, {"ids": sorted(set(ids)), "now": tx.now})
    return {row["signup_id"]: row["fingerprint"] for row in rows}


async def lock(tx: Tx, key: str, signup_id: UUID) -> SignUp | None:
    """The sign-up, locked until the commit."""
    row = await tx.row(_LOCK, {"signup_id": signup_id})
    return None if row is None else _signup(key, row)


async def confirm(tx: Tx, signup_id: UUID) -> None:
    """It is confirmed: address and names are gone, the ledger has the proof."""
    await tx.execute(_CONFIRM, {"signup_id": signup_id, "now": tx.now})


async def purge(tx: Tx, confirmed_before: datetime, limit: int) -> list[SignUpState]:
    """Up to `limit` sign-ups that were not confirmed in time, or were long ago, are gone; returns their states."""
    wanted = {"now": tx.now, "confirmed_before": confirmed_before, "limit": limit}
    return [SignUpState(row["state"]) for row in await tx.rows(_PURGE, wanted)]


async def store_form(tx: Tx, form: Form) -> None:
    """The form is as given from now on."""
    await tx.execute(
        _STORE_FORM,
        {
            "name": form.name,
            "titles": json.dumps(dict(form.titles)),
            "notices": list(form.notices),
            "ask_name": form.ask_name,
            "archived": form.archived,
            "changed_by": form.changed_by,
            "now": tx.now,
        },
    )


async def forms(tx: Tx, name: str | None = None) -> dict[str, Form]:
    """Every form, or the one of a name."""
    rows = await tx.rows(_FORMS, {"name": name})
    return {row["name"]: Form(**{**row, "notices": tuple(row["notices"])}) for row in rows}


def _signup(key: str, row: RowMapping) -> SignUp:
    fields: dict[str, Any] = {name: value for name, value in row.items() if name != "sealed"}
    person = None
    if row["sealed"] is not None:
        try:
            said: Mapping[str, str] = orjson.loads(unseal(key, _USE, row["signup_id"].bytes, bytes(row["sealed"])))
            person = Person(said["email"], said.get("given_name"), said.get("family_name"))
        except NotSealed:
            # Sealed under another installation key: nobody can be written to, and it expires.
            pass
    return SignUp(
        **fields | {"notice_ids": tuple(row["notice_ids"]), "state": SignUpState(row["state"]), "person": person}
    )
