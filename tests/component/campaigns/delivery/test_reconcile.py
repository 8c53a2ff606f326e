"""Would catch a restored ledger that sends again what it had sent."""

from __future__ import annotations

from uuid import UUID, uuid4

from services.campaigns.delivery import repository
from services.campaigns.delivery.streams.reconcile import compare_own_topic
from shared.contracts.campaigns import MessageSettled
from shared.kafka.clients import create_topics
from tests.component.campaigns.world import World


async def test_a_ledger_restored_from_a_backup_learns_from_the_topic_what_it_had_sent(world: World) -> None:
    await create_topics(world.settings)
    segment, customer, other = uuid4(), await world.customer(), await world.customer()
    campaign = await world.campaign(segment=segment)
    first, second = world.moved(customer, into=segment), world.moved(other, into=segment)
    await world.handle(first, second)
    await world.send()
    assert len(world.post_office.mails) == 2
    settled = [
        (subject, MessageSettled.model_validate(fact))
        for subject in (customer, other)
        for fact in await world.emitted(subject, MessageSettled)
    ]
    await world.publish(*(world.event(fact, subject) for subject, fact in settled))
    await _restore(world, campaign, lost=customer, waiting=other)
    assert await compare_own_topic(world.database, world.settings, lambda: None) == 2
    assert await compare_own_topic(world.database, world.settings, lambda: None) == 0
    await world.execute("delete from inbox")
    await world.handle(first, second)
    await world.send()
    assert len(world.post_office.mails) == 2
    assert await world.states(campaign) == {"handed_over": 2}


async def test_what_nobody_knows_stays_unknown_after_a_restore(world: World) -> None:
    """Would catch a message whose sender died after the backup: the restored ledger would send it, perhaps again."""
    await create_topics(world.settings)
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    message_id = await world.value("select id from messages where customer_id = :id", id=customer)
    lost = MessageSettled(
        message_id=message_id, campaign_id=campaign, channel="email", step="send", outcome="unknown",
        reason="sender-gone",
    )  # fmt: skip
    await world.publish(world.event(lost, customer))
    await compare_own_topic(world.database, world.settings, lambda: None)
    mails = len(world.post_office.mails)
    await world.send()
    assert await world.states(campaign) == {"unknown": 1}
    assert len(world.post_office.mails) == mails
    known = lost.model_copy(update={"outcome": "handed_over", "reason": None})
    await world.publish(world.event(known, customer))
    await compare_own_topic(world.database, world.settings, lambda: None)
    assert await world.states(campaign) == {"handed_over": 1}


async def _restore(world: World, campaign: UUID, *, lost: UUID, waiting: UUID) -> None:
    """As if the database came from a backup made before: one message is missing, one still waits."""
    await world.execute("delete from messages where customer_id = :id", id=lost)
    back = "update messages set state = 'waiting', claimed_at = null, settled_at = null where customer_id = :id"
    await world.execute(back, id=waiting)
    assert await world.states(campaign) == {"waiting": 1}


async def test_what_was_compared_is_never_compared_backwards(world: World) -> None:
    async with world.database.transaction() as tx:
        await repository.save_offsets(tx, {99: 10})
        await repository.save_offsets(tx, {99: 7})
        assert (await repository.offsets(tx))[99] == 10
        await tx.execute("delete from own_topic where partition = 99")
