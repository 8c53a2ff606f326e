"""One spelling of TLS reaches every client of PostgreSQL and Redis, and a stranger's server gets nothing."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from deploy.local import Dsns
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.redis import make_redis
from tests.component.kernel.doors import DoorSettings
from tests.tls import Authority, tls_in_front_of


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def _at(url: str, port: int, **more: str | None) -> str:
    parts = urlsplit(url)
    user = f"{parts.username or ''}:{parts.password}"
    query = "&".join(f"{name}={value}" for name, value in more.items() if value is not None)
    scheme = "rediss" if parts.scheme == "redis" else parts.scheme
    return parts._replace(scheme=scheme, netloc=f"{user}@127.0.0.1:{port}", query=query).geturl()


@pytest.fixture(scope="module")
async def postgres(dsns: Dsns, authority: Authority) -> AsyncIterator[tuple[int, list[str]]]:
    """PostgreSQL behind TLS: the wheel of the tests is built without it, so something in front of it speaks it."""
    port = urlsplit(dsns.postgres).port
    assert port is not None
    async with tls_in_front_of(port, authority.context("postgres", "127.0.0.1"), asks_first=True) as found:
        yield found


async def test_the_pool_the_lock_and_the_raw_driver_take_one_address(
    dsns: Dsns, authority: Authority, postgres: tuple[int, list[str]]
) -> None:
    """Catches `?sslmode=` that one driver understands and the other refuses as an unknown argument."""
    port, ciphers = postgres
    url = _at(dsns.postgres, port, sslmode="verify-full", sslrootcert=str(authority.ca))
    database = Database(url, source="test", clock=SystemClock(), pool_size=1)
    try:
        await database.connect()
        async with database.exclusive("tls") as acquired:
            assert acquired
    finally:
        await database.close()
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("select 1") == 1
    await connection.close()
    assert len(ciphers) >= 3


async def test_a_database_with_a_strangers_certificate_gets_no_password(
    dsns: Dsns, tmp_path: Path, postgres: tuple[int, list[str]]
) -> None:
    """Catches TLS that encrypts for whoever answers."""
    port, _ = postgres
    other = Authority(tmp_path, "other")
    url = _at(dsns.postgres, port, sslmode="verify-full", sslrootcert=str(other.ca))
    database = Database(url, source="test", clock=SystemClock(), pool_size=1)
    with pytest.raises(ssl.SSLCertVerificationError):
        await database.connect()
    await database.close()


async def test_redis_is_asked_over_tls_and_its_certificate_is_checked(
    dsns: Dsns, authority: Authority, tmp_path: Path
) -> None:
    """Catches an address of rediss:// that is not understood, or that believes every server."""
    plain = urlsplit(dsns.redis).port
    assert plain is not None

    def settings(ca: Path, port: int) -> DoorSettings:
        url = _at(dsns.redis, port, ssl_ca_certs=str(ca))
        return DoorSettings(redis_url=url, database_url="", kafka_bootstrap="", api_keys_file=Path())

    async with tls_in_front_of(plain, authority.context("redis", "127.0.0.1")) as (port, ciphers):
        async with make_redis(settings(authority.ca, port)) as redis:
            assert await redis.ping()
        assert len(ciphers) == 1
        async with make_redis(settings(Authority(tmp_path, "other").ca, port)) as redis:
            with pytest.raises(RedisConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
                await redis.ping()
