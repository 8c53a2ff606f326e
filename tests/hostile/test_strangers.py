"""Whoever has no key may not take what those with a key need: connections, answers of others, or all of the time."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import asyncpg
import httpx

from tests.hostile.conftest import Serve, Site

LEAVE = "/leave/genuine"
# One request, and then none for a while: however slow the machine is, the second one is too much.
SELDOM = {"PUBLIC_REQUESTS_PER_SECOND": "0.1"}


def an_address(first: int = 127) -> str:
    """One that no other test has used: Redis remembers."""
    return ".".join(map(str, (first, *(random.randint(1, 254) for _ in range(3)))))


@contextlib.asynccontextmanager
async def stranger(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key, from an address of its own."""
    transport = httpx.AsyncHTTPTransport(local_address=an_address())
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{site.port}", timeout=15) as client:
        yield client


async def effects(kernel_url: str) -> int:
    connection = await asyncpg.connect(kernel_url)
    try:
        return int(await connection.fetchval("select count(*) from effects"))
    finally:
        await connection.close()


async def test_slow_strangers_take_no_connection_from_those_with_a_key(site: Site) -> None:
    """Catches one pool for all: forty slow requests of strangers would stop every permit, and readiness with them."""
    # What tests before this one left behind, connections of their own, is not what is judged here.
    async with asyncio.timeout(30):
        while (await site.permit()).status_code != 200:
            await asyncio.sleep(0.5)
    async with stranger(site) as client:
        slow = [asyncio.create_task(client.get("/ponder")) for _ in range(40)]
        await asyncio.sleep(0.7)
        async with asyncio.timeout(2):
            answer = await site.permit()
            assert answer.status_code == 200, answer.text
            assert (await site.health()).status_code == 200
        for one in slow:
            one.cancel()


async def test_a_false_token_touches_no_database(serve: Serve) -> None:
    """Catches a check that comes after the body was waited for, or after a connection was taken."""
    site = await serve(PUBLIC_REQUESTS_PER_SECOND="1000")
    async with stranger(site) as client:
        slow = [asyncio.create_task(client.get("/ponder")) for _ in range(30)]
        await asyncio.sleep(0.5)
        async with asyncio.timeout(1):
            answer = await client.post("/leave/false", content=b"List-Unsubscribe=One-Click")
        assert (answer.status_code, answer.text) == (404, "This link is not one of ours.")
        for one in slow:
            one.cancel()


async def test_an_address_that_asks_too_often_is_sent_away_and_others_are_not(serve: Serve, kernel_url: str) -> None:
    """Catches doors without a key that have no limit at all."""
    site = await serve(**SELDOM)
    before = await effects(kernel_url)
    async with stranger(site) as flood, stranger(site) as other:
        answers = [await flood.post(LEAVE) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 429, 429, 429]
        assert int(answers[1].headers["retry-after"]) >= 1
        assert answers[1].json()["cure"]
        assert (await other.post(LEAVE)).status_code == 200
        forged = await flood.post(LEAVE, headers={"X-Forwarded-For": an_address(198)})
        assert forged.status_code == 429, "a stranger's word about its address was believed"
    assert await effects(kernel_url) == before + 2
    assert (await site.permit()).status_code == 200


async def test_behind_a_proxy_of_ours_each_client_has_a_limit_of_its_own(serve: Serve) -> None:
    """Catches a proxy whose clients are all one, so that one of them shuts out everybody."""
    site = await serve(**SELDOM, TRUSTED_PROXIES='["127.0.0.0/8"]')
    one, other, made_up = an_address(198), an_address(198), an_address(10)
    async with stranger(site) as proxy:
        told = [one, one, other, f"{made_up}, {one}"]
        answers = [await proxy.post(LEAVE, headers={"X-Forwarded-For": address}) for address in told]
        assert [answer.status_code for answer in answers] == [200, 429, 200, 429], "what a client put first counts"


async def test_without_redis_strangers_are_limited_all_the_same(serve: Serve) -> None:
    """Catches a limit that a flood of Redis takes away."""
    site = await serve(**SELDOM, REDIS_URL="redis://127.0.0.1:1/0")
    async with stranger(site) as flood:
        assert [(await flood.post(LEAVE)).status_code for _ in range(2)] == [200, 429]


async def test_a_stranger_gets_no_answer_of_another_stranger(site: Site, kernel_url: str) -> None:
    """Catches an Idempotency-Key for callers who are all nobody: the second one got the first one's answer."""
    before = await effects(kernel_url)
    async with stranger(site) as one, stranger(site) as other:
        for client in (one, other):
            answer = await client.post("/unchecked", headers={"Idempotency-Key": "same"})
            assert answer.status_code == 200
            assert "idempotent-replayed" not in answer.headers
    assert await effects(kernel_url) == before + 2


async def test_a_stranger_who_shows_a_key_is_limited_like_any_other(serve: Serve) -> None:
    """Catches a key of any kind, or a made-up one, that lifts the limit of doors which need none."""
    site = await serve(**SELDOM)
    async with stranger(site) as flood:
        shown = [{}, {"X-API-Key": "made up"}, {"X-API-Key": "key"}]
        assert [(await flood.post(LEAVE, headers=headers)).status_code for headers in shown] == [200, 429, 429]


async def test_one_visitor_of_a_page_does_not_use_up_the_key_of_all(serve: Serve) -> None:
    """Catches a public key with one rate for all who have it: a single address shut the storefront out."""
    site = await serve(**SELDOM)
    headers = {"Authorization": "Bearer page-key"}
    async with stranger(site) as flood, stranger(site) as visitor:
        answers = [await flood.post("/hear", headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 429, 429]
        assert (await visitor.post("/hear", headers=headers)).status_code == 200
