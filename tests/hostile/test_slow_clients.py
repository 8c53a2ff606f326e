"""Whoever sends half a request waits alone: others, and above all permits and health, are answered meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from tests.hostile.clients import connect, head, many
from tests.hostile.conftest import Serve, Site

HALF_A_HEAD = b"POST /permits HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
NO_BODY = head("POST", "/leave/genuine", 10, Idempotency_Key="a")


async def test_two_thousand_half_sent_requests_lock_nobody_out(serve: Serve) -> None:
    """Catches one global count of connections without a time for heads: the app answered 503 for ever."""
    site = await serve(HEAD_TIMEOUT_S="20")
    async with many(site.port, 2_005, HALF_A_HEAD):
        assert (await site.permit()).status_code == 200
        assert (await site.health()).status_code == 200
        assert (await site.health("/metrics")).status_code == 200


async def test_two_thousand_half_sent_requests_from_many_addresses_lock_nobody_out(serve: Serve) -> None:
    """Catches a bound per address that stands alone: the flood comes from 200 of them."""
    site = await serve(HEAD_TIMEOUT_S="20")
    async with many(site.port, 2_005, HALF_A_HEAD, sources=200):
        assert (await site.permit()).status_code == 200
        assert (await site.health()).status_code == 200


async def test_bodies_that_never_come_hold_no_connection_to_the_database(serve: Serve) -> None:
    """Catches a body that is read inside the transaction: 24 sockets held the whole pool, 15 s at a time."""
    site = await serve(BODY_TIMEOUT_S="10")
    async with many(site.port, 24, NO_BODY):
        await asyncio.sleep(0.5)
        async with asyncio.timeout(2):
            assert (await site.permit()).status_code == 200
            assert (await site.health()).status_code == 200


async def test_half_a_head_is_told_and_closed_in_time(site: Site) -> None:
    wire = await connect(site.port)
    wire.send(HALF_A_HEAD)
    answer = await wire.answer(within=4)
    assert (answer.status, answer.problem["type"]) == (408, "/problems/slow-head")
    assert await wire.is_closed(within=2)


async def test_a_trickle_of_header_bytes_buys_no_time(site: Site) -> None:
    """Catches a timer that starts anew with every byte."""
    wire = await connect(site.port)
    wire.send(HALF_A_HEAD)
    assert (await wire.answer_to_a_trickle(b"x", within=4)).status == 408


async def test_a_connection_that_says_nothing_is_closed(site: Site) -> None:
    assert await (await connect(site.port)).is_closed(within=4)


async def test_half_a_head_after_an_answer_is_closed_as_well(site: Site) -> None:
    """Catches a timer for the first request of a connection only."""
    wire = await connect(site.port)
    wire.send(head("GET", "/nowhere"))
    assert (await wire.answer()).status == 404
    wire.send(HALF_A_HEAD)
    assert (await wire.answer(within=4)).status == 408


@pytest.mark.parametrize("path", ["/leave/genuine", "/permits"])
async def test_a_body_that_never_comes_is_told_and_closed_in_time(site: Site, path: str) -> None:
    wire = await connect(site.port)
    wire.send(head("POST", path, 10, Authorization="Bearer key", Content_Type="application/json"))
    answer = await wire.answer(within=4)
    assert (answer.status, answer.problem["type"]) == (408, "/problems/slow-body")
    assert await wire.is_closed(within=4)


async def test_a_body_that_trickles_is_ended_too(serve: Serve) -> None:
    """Catches a time between two pieces alone: a byte a second would hold a connection for a month."""
    site = await serve(BODY_TIMEOUT_S="1", LONGEST_BODY_S="2")
    wire = await connect(site.port)
    wire.send(head("POST", "/leave/genuine", 1_000))
    assert (await wire.answer_to_a_trickle(b"x", within=4)).status == 408


async def test_what_is_sent_after_a_refusal_is_not_read_for_ever(site: Site) -> None:
    """Catches a keep-alive timer that every byte of the unread body puts off."""
    wire = await connect(site.port)
    wire.send(head("POST", "/permits", 1_000_000))
    assert (await wire.answer()).status == 401
    for _ in range(60):
        await asyncio.sleep(0.1)
        if wire.reader.at_eof():
            break
        wire.send(b"x")
    assert wire.reader.at_eof()


async def test_whoever_does_not_read_the_answer_is_cut_off(serve: Serve) -> None:
    """Catches answers that are kept in memory for clients which asked and went to sleep."""
    site = await serve(HEAD_TIMEOUT_S="1", ANSWER_TIMEOUT_S="1")
    wire = await connect(site.port)
    wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(3_000):
        wire.send(head("GET", "/openapi.json"))
    await asyncio.sleep(4)
    wire.writer.transport.resume_reading()  # type: ignore[attr-defined]
    assert await wire.is_closed(within=3)
