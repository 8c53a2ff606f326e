"""Would catch an answer of a mail server that is taken for another: sent again though accepted, lost though refused."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.campaigns.content.domain.content import Letter
from services.campaigns.delivery.channels.dkim import read_keys
from services.campaigns.delivery.channels.email import SmtpChannel
from services.campaigns.delivery.service import published_keys
from shared.contracts.campaigns import MessageSettled
from tests.component.campaigns.post_office import Mood
from tests.component.campaigns.world import World


@pytest.mark.parametrize(
    ("mood", "where", "mails_at_once", "mails_in_the_end"),
    [
        ("busy", {"waiting": {"provider": 1}}, 0, 1),
        ("drops-before-data", {"waiting": {"provider-away": 1}}, 0, 1),
        ("no-such-address", {"failed": {"bounced": 1}}, 0, 0),
        ("refuses", {"failed": {"rejected-554": 1}}, 0, 0),
        ("drops-after-data", {"unknown": 1}, 1, 1),
    ],
)
async def test_each_answer_of_the_server_has_its_consequence(
    world: World, mood: Mood, where: dict[str, object], mails_at_once: int, mails_in_the_end: int
) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    world.post_office.mood = mood
    await world.send()
    report = await world.report(campaign)
    assert {name: report[name] for name in where} == where
    assert len(world.post_office.mails) == mails_at_once
    world.post_office.mood = "well"
    for _ in range(3):
        world.clock.advance(minutes=10)
        await world.send()
    assert len(world.post_office.mails) == mails_in_the_end


async def test_a_bounce_is_told_as_one(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    world.post_office.mood = "no-such-address"
    await world.send()
    [settled] = await world.emitted(customer, MessageSettled)
    assert (settled.outcome, settled.reason, settled.bounced) == ("failed", "bounced", True)


async def test_connections_are_used_again(world: World) -> None:
    segment = uuid4()
    people = [await world.customer() for _ in range(30)]
    await world.campaign(segment=segment)
    await world.handle(*(world.moved(person, into=segment) for person in people))
    before = world.post_office.connections
    await world.send()
    assert len(world.post_office.mails) == 30
    assert world.post_office.connections - before <= world.settings.smtp_connections


async def test_a_server_that_is_not_there_defers(world: World) -> None:
    nowhere = SmtpChannel(world.settings.model_copy(update={"smtp_port": 1}))
    handed = await nowhere.hand_over(Letter(uuid4(), "ann@example.test", b"Subject: x\r\n\r\nx\r\n"), lambda: True)
    assert handed.answer == "deferred"


async def test_lines_that_begin_with_a_dot_arrive_whole(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    content = {"subject": "Dots", "text": ".\n..\n.x {{ unsubscribe_url }}"}
    await world.campaign(segment=segment, content=content)
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    [mail] = world.post_office.mails
    assert mail.get_content().replace("\r\n", "\n").startswith(".\n..\n.x ")


async def test_one_bad_recipient_does_not_cost_the_connection(world: World) -> None:
    channel = SmtpChannel(world.settings.model_copy(update={"smtp_connections": 1}))
    letter = Letter(uuid4(), "ann@example.test", b"Subject: x\r\n\r\nx\r\n")
    world.post_office.mood = "no-such-address"
    assert (await channel.hand_over(letter, lambda: True)).answer == "bounced"
    world.post_office.mood = "well"
    before = world.post_office.connections
    assert (await channel.hand_over(letter, lambda: True)).answer == "accepted"
    assert world.post_office.connections == before
    await channel.close()


async def test_a_letter_withheld_at_the_last_moment_is_not_accepted_and_the_next_one_is(world: World) -> None:
    channel = SmtpChannel(world.settings)
    letter = Letter(uuid4(), "ann@example.test", b"Subject: x\r\n\r\nx\r\n")
    for asked in (0, 1):
        answers = iter([True] * asked + [False])
        assert (await channel.hand_over(letter, answers.__next__)).answer == "withheld"
    assert world.post_office.mails == []
    assert (await channel.hand_over(letter, lambda: True)).answer == "accepted"
    await channel.close()


async def test_a_connection_that_the_server_closed_is_made_anew(world: World) -> None:
    channel = SmtpChannel(world.settings)
    letter = Letter(uuid4(), "ann@example.test", b"Subject: x\r\n\r\nx\r\n")
    assert (await channel.hand_over(letter, lambda: True)).answer == "accepted"
    world.post_office.hang_up()
    await asyncio.sleep(0.1)
    assert (await channel.hand_over(letter, lambda: True)).answer == "accepted"
    await channel.close()


async def test_a_mail_arrives_with_a_signature_that_another_library_finds_genuine(world: World, tmp_path: Path) -> None:
    """Would catch a mail that is changed between its signature and the wire, dots among it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    domain = world.settings.sender_address.partition("@")[2]
    file = tmp_path / "dkim.json"
    file.write_text(json.dumps([{"domain": domain, "selector": "k1", "private_key": pem.decode()}]))
    channel = SmtpChannel(world.settings.model_copy(update={"dkim_keys_file": file}))
    segment, customer = uuid4(), await world.customer()
    html = '<p>.</p>\n.\n<p>Grüße</p><a href="{{ unsubscribe_url }}">off</a>'
    content = {"subject": "Grüße und mehr", "text": ".\n.x \n {{ unsubscribe_url }}", "html": html}
    await world.campaign(segment=segment, content=content)
    await world.handle(world.moved(customer, into=segment))
    lane = await world.sender(channel=channel)
    while await lane.turn():
        pass
    await channel.close()
    [received] = world.post_office.as_received
    [key] = read_keys(file)
    records = {f"{key.public.name}.".encode(): key.public.record.encode()}
    assert dkim.verify(received, dnsfunc=lambda name, timeout=5: records.get(name))
    settings = world.settings.model_copy(update={"dkim_keys_file": file})
    assert [public.name for public in published_keys(settings)] == [key.public.name]
