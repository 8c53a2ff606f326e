"""Would catch a link that leads anywhere, a click that is forgotten, or one that counts as many."""

from __future__ import annotations

import re
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.campaigns.content.domain.links import read_token
from services.campaigns.tracking.streams import publish_once
from shared.contracts.inbound import InboundRecord, ResponseMessage
from shared.database.engine import Database
from shared.kafka.clients import create_topics, make_producer, wire_name
from tests.component.campaigns.world import World

HTML = '<a href="https://shop.example.test/apples?u=7&amp;v=8">a</a> <a href="{{ unsubscribe_url }}">no</a></body>'


async def a_mail_with_links(world: World) -> tuple[str, str]:
    """The paths of the click and the open of a mail that was sent."""
    segment, customer = uuid4(), await world.customer()
    content = {"subject": "x", "text": "{{ unsubscribe_url }}", "html": HTML}
    await world.campaign(segment=segment, content=content)
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    body = world.post_office.mails[0].get_body(("html",))
    assert body is not None
    html = body.get_content()
    click, opened = re.search(r"/t/c/[\w-]+", html), re.search(r"/t/o/[\w-]+", html)
    assert click is not None
    assert opened is not None
    return click[0], opened[0]


async def test_a_click_leads_on_and_an_open_shows_a_pixel_without_a_key(world: World) -> None:
    click, opened = await a_mail_with_links(world)
    del world.api.headers["Authorization"]
    try:
        answer = await world.api.get(click)
        pixel = await world.api.get(opened)
    finally:
        world.api.headers["Authorization"] = "Bearer marketing-key"
    assert (answer.status_code, answer.headers["location"]) == (302, "https://shop.example.test/apples?u=7&v=8")
    assert (pixel.status_code, pixel.headers["content-type"]) == (200, "image/gif")


async def test_a_bent_token_leads_nowhere(world: World) -> None:
    click, opened = await a_mail_with_links(world)
    token = click.rpartition("/")[2]
    for path in (f"/t/c/{token[:-6]}AAAAAA", f"/t/c/{opened.rpartition('/')[2]}", "/t/c/x", f"/t/o/{token}"):
        answer = await world.api.get(path)
        assert answer.status_code == 404, path
        assert "location" not in answer.headers


async def test_clicks_and_opens_reach_the_inbound_topic_once_each(world: World) -> None:
    click, opened = await a_mail_with_links(world)
    await world.execute("delete from heard_unsent")
    for path in (click, click, opened, click):
        await world.api.get(path)
    await create_topics(world.settings)
    topic = wire_name(world.settings, "interactions-inbound")
    producer = make_producer(world.settings)
    await producer.start()
    try:
        assert await publish_once(world.database, producer, topic) == 2
        assert await publish_once(world.database, producer, topic) == 0
    finally:
        await producer.stop()
    token = read_token(world.settings.installation_key.get_secret_value(), click.rpartition("/")[2])
    assert token is not None
    found = [message for message in await _messages(world, topic) if message.data.message_id == token.message_id]
    assert sorted(message.data.kind for message in found) == ["clicked", "opened"]
    [clicked] = [message for message in found if message.data.kind == "clicked"]
    assert clicked.data.link == "https://shop.example.test/apples?u=7&v=8"
    assert clicked.message_id.startswith("clicked:")


async def test_a_link_that_is_followed_again_writes_nothing_more(world: World) -> None:
    click, opened = await a_mail_with_links(world)
    paths = (click, opened) * 10
    for path in paths:
        await world.api.get(path)
    await world.execute("delete from heard_unsent")
    rows = await world.value("select count(*) from heard")
    for path in paths:
        assert (await world.api.get(path)).status_code in (200, 302)
    assert await world.value("select count(*) from heard") == rows
    assert await world.value("select count(*) from heard_unsent") == 0


async def test_mail_programs_may_ask_where_a_link_leads_and_nobody_clicked(world: World) -> None:
    click, opened = await a_mail_with_links(world)
    before = await world.value("select count(*) from heard")
    answer = await world.api.head(click)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://shop.example.test/apples?u=7&v=8")
    pixel = await world.api.head(opened)
    assert (pixel.status_code, pixel.headers["content-type"]) == (200, "image/gif")
    assert (await world.api.head(f"{click[:-4]}AAAA")).status_code == 404
    assert await world.value("select count(*) from heard") == before


async def _messages(world: World, topic: str) -> list[ResponseMessage]:
    consumer = AIOKafkaConsumer(bootstrap_servers=world.settings.kafka_bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or range(12)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning()
        found = []
        while sum([await consumer.position(partition) for partition in partitions]) < sum(ends.values()):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [record.value or b"" for record in records]
    finally:
        await consumer.stop()
    # Tests of other services publish to the same topic, poison among it.
    own = [InboundRecord.model_validate_json(value).message for value in found if b'"publisher":"campaigns"' in value]
    return [message for message in own if isinstance(message, ResponseMessage)]


async def test_a_click_leads_on_although_the_database_is_away(world: World) -> None:
    click, _ = await a_mail_with_links(world)
    context = world.app.state.context
    ours = context.database
    context.database = Database("postgresql://nobody:x@127.0.0.1:1/none", source="campaigns", clock=world.clock)
    try:
        answer = await world.api.get(click)
    finally:
        context.database = ours
    assert (answer.status_code, answer.headers["location"]) == (302, "https://shop.example.test/apples?u=7&v=8")
