"""The request as our doors see it: a bounded body, and JSON read strictly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.errors import BadRequest, Invalid, Refusal, TooLarge, Unavailable, WrongMediaType
from shared.web.strict_json import JsonFault, read_strict_json

MIB = 1024 * 1024
DEFAULT_LIMIT = MIB
# Below this a body is not counted: it came with its head, in one packet or few.
_SMALL = 64 * 1024
_AGAIN_S = 2
_LONGEST_PATH_VALUE, _LONGEST_QUERY = 512, 8192


class MalformedBody(BadRequest):
    """Not JSON at all."""

    slug, title = "malformed-body", "The body is not readable JSON"


class SlowBody(Refusal):
    """The body did not arrive."""

    status, slug, title = 408, "slow-body", "The body took too long"


class Bodies:
    """How much all requests of an app hold at once."""

    def __init__(self, most: int = 64 * MIB) -> None:
        self._most = most
        self.held = 0

    def take(self, size: int) -> None:
        """Count so many bytes more. Raises Unavailable."""
        if self.held + size > self._most:
            raise Unavailable(
                "Other requests' bodies fill the room for them.",
                cure="Try again after the stated seconds, or send less at a time.",
                retry_after=_AGAIN_S,
            )
        self.held += size

    def give_back(self, size: int) -> None:
        """They are no longer held."""
        self.held -= size


class Pauses:
    """How long a body may take: between two pieces, and in all."""

    __slots__ = ("longest_s", "pause_s")

    def __init__(self, pause_s: float = 10.0, longest_s: float = 30.0) -> None:
        self.pause_s, self.longest_s = pause_s, longest_s

    @classmethod
    def of(cls, settings: ServiceSettings) -> Pauses:
        """As the settings say."""
        return cls(settings.body_timeout_s, settings.longest_body_s)


_PATIENT = Pauses()


class DoorRequest(Request):
    """Counts and times while it reads, so that no more than `limit` bytes are ever held, nor for long waited for.

    What is read as a whole must have come within `pauses.longest_s`; who streams has no such end, only no long pause.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        limit: int = DEFAULT_LIMIT,
        pauses: Pauses = _PATIENT,
        bodies: Bodies | None = None,
    ) -> None:
        super().__init__(scope, self._in_time)
        self._from_client = receive
        self._limit = limit
        self._pauses = pauses
        self._bodies = bodies or Bodies()
        self._counted = 0
        self._ends_at: float | None = None
        self._value: Any = None
        self._parsed = False

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The chunks of the body; TooLarge as soon as they are too many."""
        self._refuse_announced()
        seen = 0
        async for chunk in super().stream():
            seen += len(chunk)
            self._count(seen)
            yield chunk

    async def body(self) -> bytes:
        """All of it, held in memory."""
        if hasattr(self, "_body"):
            return self._body
        self._ends_at = MACHINE.monotonic() + self._pauses.longest_s
        if self.scope.get("whole") and not self._stream_consumed:
            # It has come with its head: one message, if it is as small as most are.
            self._refuse_announced()
            message = await self._from_client()
            if message["type"] == "http.request" and not message.get("more_body"):
                self._body = message.get("body", b"")
                self._count(len(self._body))
                return self._body
            raise ClientDisconnect
        return await super().body()

    def let_go(self) -> None:
        """The request is answered: its body is no longer held."""
        self._bodies.give_back(self._counted)
        self._counted = 0

    async def _in_time(self) -> Message:
        patience = self._pauses.pause_s
        if self._ends_at is not None:
            patience = min(patience, self._ends_at - MACHINE.monotonic())
        try:
            async with asyncio.timeout(patience):
                return await self._from_client()
        except TimeoutError:
            raise SlowBody(
                "The body did not arrive in time.", cure="Send it again in one go.", headers={"Connection": "close"}
            ) from None

    async def json(self) -> Any:
        """The body as strict JSON. Raises MalformedBody or Invalid."""
        if not self._parsed:
            raw = await self.body()
            try:
                self._value = read_strict_json(raw)
            except JsonFault as fault:
                kind = Invalid if fault.readable else MalformedBody
                raise kind(f"{_sentence(fault.what)}.", cure=fault.cure, where=fault.where) from None
            self._parsed = True
        return self._value

    async def read_json_body(self) -> None:
        """Read and check the body ahead of the framework, which would turn our refusals into its own."""
        if await self.body():
            self._refuse_other_media_types()
            await self.json()

    def refuse_odd_parameters(self, known: Collection[str] | None = None) -> None:
        """NUL characters (PostgreSQL takes none) and absurd lengths; names in the query that are not `known`."""
        for name, value in self.path_params.items():
            text = str(value)
            if "\x00" in text or len(text) > _LONGEST_PATH_VALUE:
                raise _odd(f"path:{name}")
        query = self.scope.get("query_string", b"")
        if not query:
            return
        if len(query) > _LONGEST_QUERY:
            raise Invalid("The query is too long.", cure=f"Send at most {_LONGEST_QUERY} characters.", where="query:")
        for name, value in self.query_params.multi_items():
            if "\x00" in value or "\x00" in name:
                raise _odd(f"query:{name}".replace("\x00", ""))
            if known is not None and name not in known:
                raise Invalid(
                    "This door has no such parameter.",
                    cure=f"Send {', '.join(sorted(known)) or 'none'}, or check the spelling.",
                    where=f"query:{name[:100]}",
                )

    def _refuse_other_media_types(self) -> None:
        if self.headers.get("content-encoding", "identity").lower() != "identity":
            raise WrongMediaType(
                "Compressed bodies are not accepted.",
                cure="Leave Content-Encoding out.",
                where="header:content-encoding",
            )
        media = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
            raise WrongMediaType(
                f"This door takes application/json, not {media[:80] or 'a body without a type'}.",
                cure="Send Content-Type: application/json.",
                where="header:content-type",
            )

    def _count(self, seen: int) -> None:
        if seen > self._limit:
            raise self._too_large()
        if seen > _SMALL and self._ends_at is not None:
            self._bodies.take(seen - self._counted)
            self._counted = seen

    def _refuse_announced(self) -> None:
        announced = self.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._limit:
            raise self._too_large()

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The body is larger than {self._limit} bytes.", cure="Send less at a time.", where="", limit=self._limit
        )


def _odd(where: str) -> Invalid:
    return Invalid(
        "A parameter holds a NUL character or is too long.", cure="Send the value as it was given to you.", where=where
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
