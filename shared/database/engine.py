"""One service's PostgreSQL database: the connection pool, the transaction, and which errors are transient."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from shared.clock import Clock
from shared.contracts.envelope import Envelope, Fact
from shared.database.exclusive import exclusive
from shared.database.transaction import Tx
from shared.observability import spans

# Classes of SQLSTATE that say "not now" and nothing about the data: connection, read-only server, a transaction that
# was idle or lasted too long, rollback and deadlock, resources (a full disk), lock not available, operator
# intervention, system error.
_TRANSIENT = ("08", "25006", "25P03", "25P04", "40", "53", "55P03", "57", "58")
# InternalClientError: a server that dies in mid-answer leaves the client's protocol in a state that it does not expect.
_LOST = OSError | asyncio.TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError

_SESSION_SETTINGS = {
    "jit": "off",
    # A stopped process must not hold its row locks for ever: its successor waits for them.
    "idle_in_transaction_session_timeout": "15000",
    "lock_timeout": "10000",
    "timezone": "UTC",
}
# A connection that does not answer for so long is a transient error; below the watchdog's 15 s.
COMMAND_TIMEOUT_S = 10
# A transaction lasts at most so many times what is waited for one statement. Where a connection falls silent between
# two messages of a statement, PostgreSQL counts the session neither as idle nor as gone: its locks would stay for ever.
_STATEMENTS_A_TRANSACTION = 6
_TRANSACTION_TIMEOUT_SINCE = 17
# After a statement that was given up, asyncpg waits without limit for the server to confirm that before it rolls back.
ROLLBACK_S = 3


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five-character code behind `error`, if there is one."""
    cause: BaseException | None = error
    while cause is not None:
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return state
        cause = getattr(cause, "orig", None) or cause.__cause__
    return None


def is_transient(error: BaseException) -> bool:
    """True when the failure lies in the surroundings (a server that is away, a lock, a full disk)."""
    state = sqlstate(error)
    if state is not None:
        return state.startswith(_TRANSIENT)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, _LOST | PoolTimeout | InterfaceError) or isinstance(getattr(error, "orig", None), _LOST)


def make_engine(
    url: str, arguments: Mapping[str, Any], *, longest_transaction_s: float | None = None, **options: Any
) -> AsyncEngine:
    """An engine whose connections asyncpg makes of `url` itself, so that `?sslmode=…&sslrootcert=…` means the same for
    SQLAlchemy, which would refuse it, and for the raw driver. `arguments` go to asyncpg, `options` to SQLAlchemy."""

    async def connect() -> Any:
        connection = await asyncpg.connect(url, **arguments)
        if longest_transaction_s and connection.get_server_version().major >= _TRANSACTION_TIMEOUT_SINCE:
            await connection.execute(f"set transaction_timeout = {longest_transaction_s * 1000:.0f}")
        return connection

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, **options)


class Database:
    """The pool of one process. `source` is the service's name, written on every event that it emits.

    `command_timeout_s` is for statements that may take longer than those of a request or a batch.
    """

    def __init__(
        self, url: str, *, source: str, clock: Clock, pool_size: int = 10, command_timeout_s: float | None = None
    ) -> None:
        self.url = url
        self.source = source
        self.clock = clock
        patience_s = command_timeout_s or COMMAND_TIMEOUT_S
        self.engine = make_engine(
            url,
            {
                "timeout": 5,
                "command_timeout": patience_s,
                "server_settings": {**_SESSION_SETTINGS, "application_name": source},
            },
            longest_transaction_s=_STATEMENTS_A_TRANSACTION * patience_s,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=COMMAND_TIMEOUT_S,
            pool_recycle=1800,
        )
        if spans.is_on():
            _record_statements(self.engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    async def connect(self) -> None:
        """Fails here, and not in the first request, when the database cannot be reached."""
        async with self.engine.connect() as connection:
            await connection.execute(text("select 1"))

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(
        self, *, cause: Envelope[Fact] | None = None, beat: Callable[[], None] = lambda: None
    ) -> AsyncIterator[Tx]:
        """The only commit there is: the change and the events it emits are stored together or not at all."""
        session: AsyncSession
        async with self._sessions() as session:
            tx = Tx(session, self.clock, self.source, cause, beat)
            try:
                yield tx
                await tx.flush()
                await session.commit()
            except BaseException:
                # Shielded: a cancelled task must not leave the connection in a half-closed transaction.
                await asyncio.shield(_roll_back(session))
                raise
        tx.committed()

    async def probe_write(self) -> None:
        """Raises when the database cannot take a row. `select 1` would succeed on a full disk or a read-only server."""
        async with self.engine.begin() as connection:
            await connection.execute(
                text("insert into inbox (consumer, event_id, day) values ('probe', gen_random_uuid(), '1970-01-01')")
            )
            await connection.execute(text("delete from inbox where consumer = 'probe' and day = '1970-01-01'"))

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[bool]:
        """True inside for one process at a time per service; False for the others (nobody waits). Raises TimeoutError
        inside when the lock may be lost."""
        async with exclusive(self.url, name) as acquired:
            yield acquired


def _record_statements(engine: AsyncEngine) -> None:
    """A span for each statement; listeners are there only while spans are recorded."""

    def before(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        context.span = spans.statement(statement)

    def after(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        spans.finish(context.span)

    def failed(failure: Any) -> None:
        spans.finish(getattr(failure.execution_context, "span", None), failure.original_exception)

    event.listen(engine.sync_engine, "before_cursor_execute", before)
    event.listen(engine.sync_engine, "after_cursor_execute", after)
    event.listen(engine.sync_engine, "handle_error", failed)


async def _roll_back(session: AsyncSession) -> None:
    try:
        async with asyncio.timeout(ROLLBACK_S):
            await session.rollback()
    except Exception:
        # The connection answers nobody any more: it is thrown away, and the server rolls back by itself.
        await session.invalidate()
