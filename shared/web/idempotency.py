"""Idempotency-Key: the answer of a change is kept in the change's own transaction, and given again on a repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import orjson
from starlette.requests import Request
from starlette.responses import Response

from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.errors import Invalid

HEADER = "Idempotency-Key"
METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LONGEST_KEY = 255
# Answers may show personal data, so they are kept for a day only. Real time: retries follow no business clock.
KEPT_FOR = "24 hours"
# What a client acts on; the others (date, trace) belong to one answer only.
_KEPT_HEADERS = ("content-type", "location", "etag")

# The second of two requests with one key waits here for the first one's commit, then finds its answer.
_LOCK = "select pg_advisory_xact_lock(hashtextextended(:name, 0))"
_FIND = "select request_hash, status, body, headers from idempotency where caller = :caller and key = :key"
_KEEP = """
    insert into idempotency (caller, key, method, path, request_hash, status, body, headers, created_at)
    values (:caller, :key, :method, :path, :hash, :status, :body, cast(:headers as jsonb), now())
"""
_FORGET = f"delete from idempotency where created_at < now() - interval '{KEPT_FOR}'"


class KeyReused(Invalid):
    """The same key came with another request."""

    slug, title = "idempotency-key-reused", "The Idempotency-Key was used for another request"


class InvalidKey(Invalid):
    """Not a key we can keep."""

    slug, title = "invalid-idempotency-key", "The Idempotency-Key is not valid"


class Replayed(Exception):
    """This request was answered before; `response` is that answer. Ends the transaction, which has done nothing."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__("answered before")
        self.status, self.body, self.headers = status, body, headers

    @property
    def response(self) -> Response:
        """The saved answer, marked as such."""
        return Response(self.body, self.status, {**self.headers, "Idempotent-Replayed": "true"})


@dataclass(frozen=True, slots=True)
class Guard:
    """A first request with its key, inside its open transaction."""

    tx: Tx
    caller: str
    key: str
    method: str
    path: str
    hash: bytes

    async def keep(self, response: Response) -> None:
        """Store the answer with the change. Refusals are not kept: they changed nothing and may turn out otherwise."""
        if response.status_code >= 400:
            return
        if not isinstance(response.body, bytes):
            raise TypeError("a streamed answer cannot be kept under an Idempotency-Key")
        await self.tx.execute(
            _KEEP,
            {
                "caller": self.caller,
                "key": self.key,
                "method": self.method,
                "path": self.path,
                "hash": self.hash,
                "status": response.status_code,
                "body": response.body,
                "headers": orjson.dumps(
                    {name: value for name in _KEPT_HEADERS if (value := response.headers.get(name)) is not None}
                ).decode(),
            },
        )


async def begin(request: Request, tx: Tx, caller: str) -> Guard | None:
    """None when the request carries no key; raises Replayed, KeyReused or InvalidKey; else the guard to keep with."""
    key = request.headers.get(HEADER)
    if key is None or request.method not in METHODS:
        return None
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidKey(
            f"It must be 1 to {LONGEST_KEY} printable ASCII characters.",
            cure="Send a fresh UUID for each change.",
            where=f"header:{HEADER.lower()}",
        )
    await tx.execute(_LOCK, {"name": f"idempotency:{caller}:{key}"})
    digest = await _digest(request)
    found = await tx.row(_FIND, {"caller": caller, "key": key})
    if found is None:
        return Guard(tx, caller, key, request.method, request.url.path, digest)
    if bytes(found["request_hash"]) != digest:
        raise KeyReused(
            "Another request was made with this key.",
            cure="Use a new key for every change; repeat a key only to repeat the very same request.",
            where=f"header:{HEADER.lower()}",
        )
    raise Replayed(found["status"], bytes(found["body"]), found["headers"])


async def _digest(request: Request) -> bytes:
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return sha256(head + await request.body()).digest()


async def forget_old(database: Database) -> int:
    """Delete what is older than KEPT_FOR; how many."""
    async with database.transaction() as tx:
        return (await tx.execute(_FORGET)).rowcount
