"""What is no proper request is told so, as a whole problem, and costs nobody else anything."""

from __future__ import annotations

import asyncio

import pytest

from tests.hostile.clients import connect, head, many
from tests.hostile.conftest import Serve, Site

JSON = {"Authorization": "Bearer key", "Content_Type": "application/json"}
PERMIT = head("POST", "/permits", 12, **JSON) + b'{"number":7}'


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /nowhere HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 300_000,
        b"GET /nowhere HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET /nowhere HTTP/1.1\r\nHost: a\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"GET /" + b"x" * 300_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=["no end", "one long line", "many lines", "path"],
)
async def test_a_head_without_measure_is_refused(site: Site, raw: bytes) -> None:
    """Catches headers that are collected in memory for as long as somebody sends them."""
    wire = await connect(site.port)
    wire.send(raw)
    answer = await wire.answer()
    assert (answer.status, answer.problem["type"]) == (431, "/problems/head-too-large")
    assert await wire.is_closed(within=2)
    assert (await site.permit()).status_code == 200


async def test_what_frames_a_body_is_bounded_too(site: Site) -> None:
    """Catches trailers and extensions of chunks, which no limit of the body counts."""
    for endless in (b"5;ext=" + b"x" * 200_000, b"0\r\nX-Trailer: " + b"x" * 200_000):
        wire = await connect(site.port)
        wire.send(head("POST", "/leave/genuine", Transfer_Encoding="chunked") + endless)
        assert await wire.is_closed(within=5)
    assert (await site.permit()).status_code == 200


async def test_a_trailer_is_no_header(site: Site) -> None:
    """Catches a key, or an address, that comes behind the body, where no proxy looks for it."""
    wire = await connect(site.port)
    wire.send(
        head("POST", "/permits", Transfer_Encoding="chunked", Content_Type="application/json")
        + b'c\r\n{"number":7}\r\n0\r\nAuthorization: Bearer key\r\n\r\n'
    )
    assert (await wire.answer()).status == 401


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"POST /permits HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /permits HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /permits HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"CONNECT example.test:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=["tls", "one word", "bare lf", "two lengths", "length and chunks", "coding", "bytes", "space", "connect"],
)
async def test_what_is_not_http_is_told_and_closed(site: Site, raw: bytes) -> None:
    """Catches requests that a proxy and we would read differently."""
    wire = await connect(site.port)
    wire.send(raw)
    answer = await wire.answer()
    assert (answer.status, answer.problem["type"]) == (400, "/problems/not-http")
    assert await wire.is_closed(within=2)


async def test_requests_one_behind_the_other_are_answered_in_their_order(site: Site) -> None:
    wire = await connect(site.port)
    wire.send(PERMIT + head("GET", "/nowhere") + PERMIT)
    assert [(await wire.answer()).status for _ in range(3)] == [200, 404, 200]


async def test_another_protocol_is_not_spoken_and_nothing_is_read_after_the_wish_for_it(site: Site) -> None:
    """Catches a second request that hides behind `Upgrade`."""
    wire = await connect(site.port)
    wire.send(head("GET", "/nowhere", Connection="Upgrade", Upgrade="websocket") + PERMIT)
    assert (await wire.answer()).status == 404
    assert await wire.is_closed(within=2)


async def test_garbage_behind_a_request_spoils_no_answer_of_others(site: Site) -> None:
    wire = await connect(site.port)
    wire.send(PERMIT + b"\x00\x01garbage\r\n\r\n")
    await asyncio.sleep(0.5)
    assert (await site.permit()).status_code == 200


async def test_a_stop_does_not_wait_for_half_requests(serve: Serve) -> None:
    site = await serve()
    async with many(site.port, 50, b"POST /permits HTTP/1.1\r\n"):
        site.process.terminate()
        async with asyncio.timeout(6):
            assert await site.process.wait() == 0


async def test_whoever_asks_for_more_connections_than_one_may_have_loses_the_oldest(serve: Serve) -> None:
    """Catches an address that is shut out by its own idle connections, and one that crowds out others."""
    site = await serve(MOST_CONNECTIONS_PER_ADDRESS="4", MOST_CONNECTIONS="10")
    async with many(site.port, 8, b"") as mine, many(site.port, 1, b""):
        await asyncio.sleep(0.3)
        assert [wire.reader.at_eof() or bool(wire.reader.exception()) for wire in mine] == [True] * 5 + [False] * 3
        mine[-1].send(PERMIT)
        assert (await mine[-1].answer()).status == 200
        assert (await site.permit()).status_code == 200


async def test_when_all_places_are_at_work_the_next_is_told_when_to_come_again(serve: Serve) -> None:
    """Catches an app that cuts off those whose requests it is working on, or that hangs up without a word."""
    site = await serve(MOST_CONNECTIONS_PER_ADDRESS="3")
    async with many(site.port, 3, head("GET", "/ponder")) as working:
        await asyncio.sleep(0.3)
        late = await connect(site.port, "127.0.1.1")
        answer = await late.answer()
        assert (answer.status, answer.problem["type"]) == (429, "/problems/too-many-requests")
        assert int(answer.headers["retry-after"]) >= 1
        assert [(await wire.answer(within=9)).status for wire in working] == [200] * 3


async def test_bodies_together_have_a_measure(serve: Serve) -> None:
    """Catches many large bodies at once, each within its limit, that fill the memory."""
    site = await serve(MOST_BODY_BYTES="3000000", BODY_TIMEOUT_S="5")
    large = head("POST", "/wide", 2_900_000, **JSON) + b" " * 2_800_000
    async with many(site.port, 1, large):
        await asyncio.sleep(0.5)
        late = await connect(site.port)
        late.send(head("POST", "/wide", 1_000_000, **JSON) + b" " * 900_000)
        answer = await late.answer()
        assert (answer.status, int(answer.headers["retry-after"]) >= 1) == (503, True)
        assert answer.problem["cure"]
        assert (await site.permit()).status_code == 200
    async with asyncio.timeout(5):
        while True:
            again = await connect(site.port)
            again.send(head("POST", "/wide", 1_000_000, **JSON) + b" " * 999_988 + b'{"number":1}')
            if (await again.answer()).status == 200:
                break
