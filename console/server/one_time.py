"""Sign-ins that work once: for the address that `make run` prints, and for accounts without a password."""

from __future__ import annotations

import secrets
from hashlib import sha256

from redis.asyncio import Redis

_PREFIX, _CODES = "console:once:", "console:code:"
_KEPT_S = 600
# A code is right for half a minute, and for another to either side.
_CODE_KEPT_S = 120


async def issue_link(redis: Redis, address: str, user: str, kept_s: int = _KEPT_S) -> str:
    """An address that signs `user` in, once. The token stands behind the #, so no server or proxy logs it."""
    token = secrets.token_urlsafe(24)
    await redis.set(_key(token), user, ex=kept_s)
    return f"{address.rstrip('/')}/sign-in#once={token}"


async def use_token(redis: Redis, token: str) -> str | None:
    """Whom it signs in; None when it is unknown, used or too old. It is worth nothing afterwards."""
    user = await redis.getdel(_key(token))
    return user.decode() if isinstance(user, bytes) else user


async def use_code(redis: Redis, account: str, step: int) -> bool:
    """Whether nobody has signed in to `account` by the code of this half minute; from now on somebody has."""
    return bool(await redis.set(f"{_CODES}{account}:{step}", 1, nx=True, ex=_CODE_KEPT_S))


def _key(token: str) -> str:
    return _PREFIX + sha256(token.encode()).hexdigest()
