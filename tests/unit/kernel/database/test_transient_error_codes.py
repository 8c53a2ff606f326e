"""Which errors are transient by their kind alone."""

from __future__ import annotations

import asyncpg
import pytest

from shared.database.engine import is_transient


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        asyncpg.InterfaceError("the connection is closed"),
        # Seen when the server was killed in the middle of an answer.
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        asyncpg.ProtocolError("unexpected message"),
        asyncpg.AdminShutdownError(),
        asyncpg.DiskFullError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.ReadOnlySQLTransactionError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_lost_connection_and_a_server_in_need_are_transient(error: BaseException) -> None:
    """Catches an event that becomes a dead letter, or a worker that ends, because the database was killed."""
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [asyncpg.DataError("invalid input"), asyncpg.UniqueViolationError(), asyncpg.UndefinedTableError(), ValueError()],
    ids=lambda error: type(error).__name__,
)
def test_what_the_event_itself_brings_about_is_not(error: BaseException) -> None:
    """Catches a worker that waits for ever for data to become right."""
    assert not is_transient(error)
