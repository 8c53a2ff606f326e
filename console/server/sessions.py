"""Who is signed in: sessions in Redis, of which the browser holds a random id and nothing else."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass, field
from hashlib import sha256

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.responses import Response

from console.server.config import Settings
from console.server.errors import SessionsAway

_PREFIX = "console:session:"


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. Roles of local accounts are looked up at each request; those of a provider's are kept here. `stamp`
    is that of the account when it was entered."""

    user: str
    local: bool
    roles: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.time)
    stamp: str = ""


class Sessions:
    """The session store. Redis holds the id's hash: who reads Redis cannot take a session over."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._settings = settings
        # The prefix makes browsers refuse the cookie from a subdomain or without TLS.
        self.cookie = "__Host-crm-session" if settings.is_secure else "crm-session"

    async def begin(self, session: Session, response: Response) -> None:
        """Keep it and give the browser its id."""
        token = secrets.token_urlsafe(32)
        try:
            await self._redis.set(_key(token), orjson.dumps(asdict(session)), ex=self._settings.session_idle_s)
        except (RedisError, OSError) as error:
            raise _away() from error
        # Lax, not Strict: the redirect that comes back from an OpenID provider must already carry it.
        response.set_cookie(
            self.cookie, token, httponly=True, samesite="lax", secure=self._settings.is_secure, path="/"
        )

    async def find(self, token: str | None) -> Session | None:
        """The live session of this id, whose idle time begins anew."""
        if not token:
            return None
        try:
            kept = await self._redis.getex(_key(token), ex=self._settings.session_idle_s)
        except (RedisError, OSError) as error:
            raise _away() from error
        if kept is None:
            return None
        session = Session(**orjson.loads(kept))
        return session if time.time() - session.began < self._settings.session_longest_s else None

    async def end(self, token: str | None, response: Response) -> None:
        """Nobody can use the id any more."""
        if token:
            try:
                await self._redis.delete(_key(token))
            except (RedisError, OSError) as error:
                raise _away() from error
        response.delete_cookie(self.cookie, path="/", secure=self._settings.is_secure, httponly=True, samesite="lax")


def _away() -> SessionsAway:
    return SessionsAway(
        "The store of sessions does not answer.", cure="Try again shortly; see whether Redis runs.", retry_after=2
    )


def _key(token: str) -> str:
    return _PREFIX + sha256(token.encode()).hexdigest()
