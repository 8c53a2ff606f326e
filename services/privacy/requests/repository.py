"""Read and write requests, their steps and archives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text

from services.privacy.identity.domain import NamedAddress
from services.privacy.requests.domain.requests import Archive, Kind, RequestState, Step, SubjectRequest
from shared.database.transaction import Tx
from shared.security.sealing import seal, unseal

_USE = "request-archives"
_OPEN = "state in ('waiting', 'working', 'ready')"
_REQUEST = (
    "request_id, customer_id, kind, state, received_at, due_at, language, note, extended_for, identity_checked_by, "
    "erasure_id, closed_at, addresses, second_selves"
)
_STORE = text(f"""
    insert into requests ({_REQUEST})
    values (:request_id, :customer_id, :kind, :state, :received_at, :due_at, :language, :note, :extended_for,
            :identity_checked_by, :erasure_id, :closed_at, cast(:addresses as jsonb), cast(:second_selves as uuid[]))
    on conflict (request_id) do update set state = excluded.state, due_at = excluded.due_at,
        extended_for = excluded.extended_for, identity_checked_by = excluded.identity_checked_by,
        erasure_id = excluded.erasure_id, closed_at = excluded.closed_at, addresses = excluded.addresses,
        second_selves = excluded.second_selves
""")
_ADD_STEP = text("""
    insert into request_steps (request_id, at, by, what, detail) values (:request_id, :now, :by, :what, :detail)
""")
_STEPS = text("""
    select request_id, at, by, what, detail from request_steps
    where request_id = any(cast(:ids as uuid[])) order by request_id, step
""")
_OPEN_FOR = text(f"""
    select {_REQUEST} from requests
    where customer_id = any(cast(:ids as uuid[])) and kind = :kind and {_OPEN} order by request_id limit 1 for update
""")
_GET = text(f"select {_REQUEST} from requests where request_id = :request_id")
_LOCK = text(f"select {_REQUEST} from requests where request_id = :request_id for update")
_PAGE = text(f"""
    select {_REQUEST} from requests
    where (cast(:before as uuid) is null or request_id < :before)
      and (cast(:state as text) is null or state = :state) and (cast(:kind as text) is null or kind = :kind)
      and (cast(:customer_id as uuid) is null or customer_id = :customer_id)
      and (cast(:due_before as timestamptz) is null or ({_OPEN} and due_at <= :due_before))
    order by request_id desc limit :limit
""")
# What was tried in vain comes behind all others: a few that never succeed would else keep everybody waiting.
_WORKING = text("""
    select request_id from requests
    where state = 'working' and kind = any(cast(:kinds as text[])) order by tried_at nulls first, due_at limit :limit
""")
_TRIED = text("update requests set tried_at = :now where request_id = any(cast(:ids as uuid[]))")
_DUE = text(f"""
    select count(*) filter (where due_at <= :now) as overdue, count(*) filter (where due_at > :now) as soon
    from requests where {_OPEN} and due_at <= :soon
""")
_STORE_ARCHIVE = text("""
    insert into request_archives (request_id, sealed, sha256, size, made_at, expires_at)
    values (:request_id, :sealed, :sha256, :size, :now, :expires_at)
    on conflict (request_id) do update set sealed = excluded.sealed, sha256 = excluded.sha256, size = excluded.size,
        made_at = excluded.made_at, expires_at = excluded.expires_at, fetched_at = null
""")
_ARCHIVE = text("""
    select request_id, sha256, size, made_at, expires_at, fetched_at from request_archives
    where request_id = :request_id
""")
_SEALED = text("select sealed from request_archives where request_id = :request_id")
_FETCHED = text("""
    update request_archives set fetched_at = :now where request_id = :request_id and fetched_at is null
""")
_DELETE_ARCHIVES = text("delete from request_archives where expires_at <= :now or fetched_at <= :fetched_before")


async def store(tx: Tx, request: SubjectRequest) -> None:
    """The request is as given; its steps are added by `add_step`."""
    fields = {name: getattr(request, name) for name in _REQUEST.split(", ")}
    fields["addresses"] = orjson.dumps([[named.kind, *named.fingerprints] for named in request.addresses]).decode()
    fields["second_selves"] = list(request.second_selves)
    await tx.execute(_STORE, {**fields, "kind": request.kind.value, "state": request.state.value})


async def add_step(tx: Tx, request_id: UUID, by: str, what: str, detail: str = "") -> None:
    """Something was done about a request."""
    await tx.execute(_ADD_STEP, {"request_id": request_id, "now": tx.now, "by": by, "what": what, "detail": detail})


async def open_for(tx: Tx, customer_ids: Sequence[UUID], kind: Kind) -> SubjectRequest | None:
    """The open request of this kind of a customer, locked."""
    row = await tx.row(_OPEN_FOR, {"ids": list(customer_ids), "kind": kind.value})
    return None if row is None else (await _with_steps(tx, [row]))[0]


async def get(tx: Tx, request_id: UUID, *, lock: bool = False) -> SubjectRequest | None:
    """The request, locked until the commit if asked."""
    row = await tx.row(_LOCK if lock else _GET, {"request_id": request_id})
    return None if row is None else (await _with_steps(tx, [row]))[0]


async def page(tx: Tx, **wanted: Any) -> list[SubjectRequest]:
    """Requests, newest first."""
    return await _with_steps(tx, await tx.rows(_PAGE, wanted))


async def working(tx: Tx, kinds: Sequence[Kind], limit: int) -> list[UUID]:
    """Requests of these kinds about which the machine has something to do, those first that were never tried or longest
    ago, the most urgent of them in front."""
    rows = await tx.rows(_WORKING, {"kinds": [kind.value for kind in kinds], "limit": limit})
    return [row["request_id"] for row in rows]


async def note_tried(tx: Tx, request_ids: Sequence[UUID]) -> None:
    """These are being tried now."""
    await tx.execute(_TRIED, {"ids": list(request_ids), "now": tx.now})


async def count_due(tx: Tx, soon: datetime) -> tuple[int, int]:
    """How many requests have missed their deadline, and how many will until `soon`."""
    row = await tx.row(_DUE, {"now": tx.now, "soon": soon})
    return (0, 0) if row is None else (row["overdue"], row["soon"])


async def store_archive(tx: Tx, key: str, archive: Archive, content: bytes) -> None:
    """The archive waits to be fetched; `key` is the installation's."""
    await tx.execute(
        _STORE_ARCHIVE,
        {
            "request_id": archive.request_id,
            "sealed": seal(key, _USE, archive.request_id.bytes, content),
            "sha256": archive.sha256,
            "size": archive.size,
            "now": archive.made_at,
            "expires_at": archive.expires_at,
        },
    )


async def archive_of(tx: Tx, request_id: UUID) -> Archive | None:
    """The archive of a request, without its content."""
    row = await tx.row(_ARCHIVE, {"request_id": request_id})
    return None if row is None else Archive(**row)


async def archive_content(tx: Tx, key: str, request_id: UUID) -> bytes:
    """What the archive holds."""
    return unseal(key, _USE, request_id.bytes, bytes(await tx.value(_SEALED, {"request_id": request_id})))


async def note_fetched(tx: Tx, request_id: UUID) -> None:
    """It was handed out; only the first time counts."""
    await tx.execute(_FETCHED, {"request_id": request_id, "now": tx.now})


async def delete_archives(tx: Tx, fetched_before: datetime) -> int:
    """Archives that expired or were fetched before that are gone; returns how many."""
    return (await tx.execute(_DELETE_ARCHIVES, {"now": tx.now, "fetched_before": fetched_before})).rowcount


async def _with_steps(tx: Tx, rows: Sequence[RowMapping]) -> list[SubjectRequest]:
    steps: dict[UUID, list[Step]] = {row["request_id"]: [] for row in rows}
    for row in await tx.rows(_STEPS, {"ids": list(steps)}):
        steps[row["request_id"]].append(Step(row["at"], row["by"], row["what"], row["detail"]))
    return [
        SubjectRequest(
            **{
                **row,
                "kind": Kind(row["kind"]),
                "state": RequestState(row["state"]),
                "steps": tuple(steps[row["request_id"]]),
                "addresses": tuple(NamedAddress(kind, tuple(hashes)) for kind, *hashes in row["addresses"]),
                "second_selves": tuple(row["second_selves"]),
            }
        )
        for row in rows
    ]
