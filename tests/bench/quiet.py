"""Whether everything that was said has been heard."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.installation import SERVICES
from tests.bench.ground import Ground, Site
from tests.bench.measure import until


async def until_quiet(ground: Ground, site: Site, limit_s: float = 400) -> None:
    """Return when no outbox holds anything and no group of the site has anything to read, twice in a row."""
    calm = 0

    async def look() -> bool:
        nonlocal calm
        calm = calm + 1 if await _waiting(site) == 0 and await lag(ground, site) == 0 else 0
        return calm >= 2

    await until(look, "all is heard", limit_s, every_s=0.3)


async def _waiting(site: Site) -> int:
    waiting = 0
    for service in SERVICES:
        async with site.database(service) as database:
            waiting += await database.fetchval("select count(*) from outbox where not published")
    return waiting


async def lag(ground: Ground, site: Site) -> int:
    """Records that the site's groups have still to read."""
    admin = AIOKafkaAdminClient(bootstrap_servers=ground.dsns.kafka)
    consumer = AIOKafkaConsumer(bootstrap_servers=ground.dsns.kafka)
    await admin.start()
    await consumer.start()
    try:
        total = 0
        for group, *_ in await admin.list_consumer_groups():
            if group.startswith(site.prefix):
                read = await admin.list_consumer_group_offsets(group)
                ends = await consumer.end_offsets([TopicPartition(*one) for one in read])
                total += sum(max(0, ends[TopicPartition(*one)] - at.offset) for one, at in read.items())
        return total
    finally:
        await consumer.stop()
        await admin.close()
