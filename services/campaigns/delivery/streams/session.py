"""A sender's proof of life: a database session that holds an advisory lock for as long as the process lives.

Whoever finds the lock free knows that the sender is gone. No clock is asked: a sender that was stopped for an hour and
goes on still holds its lock, and its claims.
"""

from __future__ import annotations

import asyncio
import secrets

import asyncpg

from shared.clock import MACHINE
from shared.database.engine import COMMAND_TIMEOUT_S
from shared.observability.logging import get_logger

log = get_logger(__name__)

_WATCH_S = 0.2
# A sender that did not look at the switch for this long hands nothing over: it was stopped, or the loop is stuck.
_STALE_S = 2.0
# `paused` is null when the provider takes what is sent, false when a pause is over and nothing was taken since.
_LOOK = """
    select (select halted from policies where name = 'default') as halted,
           (select until > now() from sender_pauses where sender = $1) as paused
"""
_KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}


class SessionLost(Exception):
    """The session has ended; others may already have declared this sender's claims unknown."""


class SenderSession:
    """Open it before anything is reserved; `holder` is the lock's number."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], holder: int, sender: str) -> None:
        self._connection = connection
        self.holder = holder
        self.lost = False
        # The provider refuses the sender. `was_paused` until a letter was taken again; `pausing` until that is stored.
        self.sender_paused = self.was_paused = self.pausing = False
        self._sender = sender
        self._halted = False
        self._seen_at = MACHINE.monotonic()
        # Lanes and the watch look over one connection, which answers one question at a time.
        self._looking = asyncio.Lock()
        self._watching = asyncio.create_task(self._watch(), name="sender-session")

    @classmethod
    async def open(cls, database_url: str, sender: str) -> SenderSession:
        """A new session with a number of its own. Raises what a connection can."""
        connection = await asyncpg.connect(
            database_url, timeout=5, command_timeout=COMMAND_TIMEOUT_S, server_settings=_KEEPALIVE
        )
        holder = secrets.randbits(62)
        if not await connection.fetchval("select pg_try_advisory_lock($1)", holder):
            connection.terminate()
            raise SessionLost("the number is taken")
        return cls(connection, holder, sender)

    @property
    def may_send(self) -> bool:
        """The session stands, the switch is not thrown, the sender is not paused, and all were looked at just now."""
        fresh = MACHINE.monotonic() - self._seen_at < _STALE_S
        return fresh and not (self.lost or self._halted or self.sender_paused or self.pausing)

    async def close(self) -> None:
        """Give the lock back: what this sender still has in hand is anybody's to recover."""
        self.lost = True
        self._watching.cancel()
        self._connection.terminate()

    async def look(self) -> None:
        """Look at the switch and at the sender's pause, over this very session."""
        try:
            async with self._looking:
                row = await self._connection.fetchrow(_LOOK, self._sender)
        except (
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            OSError,
            TimeoutError,
        ) as error:
            log.warning("sender_session_lost", error=type(error).__name__)
            self.lost = True
            return
        assert row is not None, "a select without from has a row"
        self._halted, self.sender_paused = bool(row["halted"]), bool(row["paused"])
        self.was_paused = row["paused"] is not None
        self._seen_at = MACHINE.monotonic()

    async def _watch(self) -> None:
        while not self.lost:
            await self.look()
            await MACHINE.sleep(_WATCH_S)
