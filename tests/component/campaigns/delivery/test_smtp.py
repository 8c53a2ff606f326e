"""Would catch replies that are taken for those to other commands, and a letter that is given to a refused recipient."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.campaigns.config import Settings
from services.campaigns.content.domain.content import Letter
from services.campaigns.delivery.channels.email import SmtpChannel
from services.campaigns.delivery.domain.hand_over import Answer
from services.registry import unconnected_settings
from tests.component.campaigns.delivery.scripted import ScriptedServer

BODY = b"Subject: x\r\n\r\n.dot\r\nx\r\n"


def a_letter(recipient: str = "ann@example.test") -> Letter:
    return Letter(uuid4(), recipient, BODY)


@contextlib.asynccontextmanager
async def a_channel(server: ScriptedServer, **changes: object) -> AsyncIterator[SmtpChannel]:
    """To this server, over one connection."""
    settings = unconnected_settings("campaigns")
    assert isinstance(settings, Settings)
    changes = {"smtp_port": server.port, "smtp_connections": 1, "smtp_timeout_s": 1.0, **changes}
    channel = SmtpChannel(settings.model_copy(update=changes))
    yield channel
    await channel.close()


@pytest.fixture(params=[(), ("PIPELINING",)], ids=["one-by-one", "pipelining"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[ScriptedServer]:
    """With and without the extension: the same must come of it."""
    made = ScriptedServer(offers=request.param)
    async with made.open():
        yield made


@pytest.mark.parametrize(
    ("word", "reply", "answer"),
    [
        ("MAIL", "550 5.7.1 not you", "blocked"),
        ("MAIL", "451 4.3.0 later", "deferred"),
        ("MAIL", None, "deferred"),
        ("RCPT", "550 5.1.1 unknown", "bounced"),
        ("RCPT", "451 4.7.1 greylisted", "deferred"),
        ("RCPT", None, "deferred"),
        ("DATA", "554 5.7.1 not you", "blocked"),
        ("DATA", "250 what", "deferred"),
        ("DATA", None, "deferred"),
        (".", "554 5.6.0 odd", "rejected"),
        (".", "451 4.3.0 later", "unknown"),
        (".", None, "unknown"),
        (".", "hello", "unknown"),
    ],
)
async def test_each_answer_is_taken_for_what_it_answers_and_the_next_letter_goes(
    server: ScriptedServer, word: str, reply: str | None, answer: Answer
) -> None:
    async with a_channel(server) as channel:
        server.answers[word] = reply
        assert (await channel.hand_over(a_letter(), lambda: True)).answer == answer
        given = len(server.letters)
        assert given == (1 if word == "." else 0)
        server.answers.clear()
        assert (await channel.hand_over(a_letter(), lambda: True)).answer == "accepted"
        assert len(server.letters) == given + 1
        assert server.letters[-1] == b"Subject: x\r\n\r\n..dot\r\nx"


async def test_a_refused_recipient_costs_no_connection(server: ScriptedServer) -> None:
    async with a_channel(server) as channel:
        server.answers |= {"RCPT": "550 5.1.1 unknown", "DATA": "503 no recipients"}
        for _ in range(3):
            assert (await channel.hand_over(a_letter(), lambda: True)).answer == "bounced"
        server.answers.clear()
        assert (await channel.hand_over(a_letter(), lambda: True)).answer == "accepted"
        assert server.connections == 1


async def test_replies_may_come_in_pieces(server: ScriptedServer) -> None:
    server.trickles = True
    async with a_channel(server) as channel:
        for _ in range(3):
            assert (await channel.hand_over(a_letter(), lambda: True)).answer == "accepted"


async def test_a_letter_that_is_held_back_is_given_to_nobody(server: ScriptedServer) -> None:
    async with a_channel(server) as channel:
        for asked in (0, 1):
            answers = iter([True] * asked + [False])
            assert (await channel.hand_over(a_letter(), answers.__next__)).answer == "withheld"
        assert server.letters == []
        assert (await channel.hand_over(a_letter(), lambda: True)).answer == "accepted"


async def test_the_envelope_goes_in_one_packet_where_the_server_allows_it() -> None:
    server = ScriptedServer(offers=("PIPELINING",))
    async with server.open(), a_channel(server) as channel:
        await channel.hand_over(a_letter(), lambda: True)
        server.forget()
        await channel.hand_over(a_letter(), lambda: True)
        assert [command[:4] for command in server.commands] == ["MAIL", "RCPT", "DATA"]
        assert server.packets == 2


async def test_a_server_that_takes_the_letter_of_a_refused_recipient_gets_none() -> None:
    """RFC 2920: after a refused RCPT some servers answer the DATA that went out with it by 354 all the same."""
    server = ScriptedServer(offers=("PIPELINING",), answers={"RCPT": "550 5.1.1 unknown"})
    async with server.open(), a_channel(server) as channel:
        assert (await channel.hand_over(a_letter(), lambda: True)).answer == "bounced"
        assert server.letters == []
        server.answers.clear()
        assert (await channel.hand_over(a_letter(), lambda: True)).answer == "accepted"
        assert len(server.letters) == 1


async def test_an_address_of_another_script_goes_only_to_a_server_that_offers_it() -> None:
    server = ScriptedServer()
    async with server.open():
        async with a_channel(server) as channel:
            handed = await channel.hand_over(a_letter("jürgen@shop.test"), lambda: True)
            assert (handed.answer, handed.detail) == ("rejected", "needs-smtputf8")
            assert (await channel.hand_over(a_letter("x@xn--bcher-kva.test"), lambda: True)).answer == "accepted"
        server.offers = ("SMTPUTF8", "8BITMIME")
        server.forget()
        async with a_channel(server) as channel:
            assert (await channel.hand_over(a_letter("jürgen@shop.test"), lambda: True)).answer == "accepted"
            assert "MAIL FROM:<news@shop.example.test> SMTPUTF8 BODY=8BITMIME" in server.commands
            assert "RCPT TO:<jürgen@shop.test>" in server.commands


async def test_a_server_that_never_answers_is_given_up() -> None:
    server = ScriptedServer(answers={})

    async def nothing(*_: object) -> None:
        """Says nothing at all."""

    async with server.open(), a_channel(server, smtp_timeout_s=0.3) as channel:
        await channel.hand_over(a_letter(), lambda: True)
        server._say = nothing  # type: ignore[assignment,method-assign]
        assert (await channel.hand_over(a_letter(), lambda: True)).answer == "deferred"
