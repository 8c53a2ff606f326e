"""Who is meant by an identifier that somebody owns, and by one that is spelt otherwise than it used to be."""

from __future__ import annotations

import random
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.customers import IdentifierFreed, IdentifierOwned, IdentifierRetired
from shared.contracts.interactions import Identifier, IdentityObserved, InteractionsErasureDone
from shared.contracts.privacy import ErasureRequested
from shared.customers.identifiers import (
    customer_id_of,
    fingerprint,
    fingerprints_of,
    former_customer_id_of,
    former_normalise,
)
from shared.customers.owners import owners_of
from tests.component.interactions.builders import a_contact, a_purchase, an_email, an_event
from tests.component.interactions.conftest import DrivenWorker


def _name(worker: DrivenWorker, email: str) -> str:
    return fingerprints_of(_key(worker), Identifier(kind="email", value=email))[0]


def _key(worker: DrivenWorker) -> str:
    return worker.settings.installation_key.get_secret_value()


def _owned(
    worker: DrivenWorker, email: str, owner: UUID, generation: int = 0, trust: Literal["server", "browser"] = "server"
) -> Any:
    fact = IdentifierOwned(fingerprint=_name(worker, email), kind="email", generation=generation, trust=trust)
    return an_event(fact, owner)


def _retired(worker: DrivenWorker, email: str, owner: UUID, generation: int) -> Any:
    return an_event(IdentifierRetired(fingerprint=_name(worker, email), generation=generation), owner)


async def _buys(worker: DrivenWorker, email: str) -> None:
    await worker.send_message(a_purchase(customer={"email": email}))
    await worker.drain()


async def test_what_names_an_owned_address_is_recorded_under_its_owner(worker: DrivenWorker) -> None:
    """Catches the second self: the purchases of a known customer under the id that only the address derives."""
    email, owner = an_email(), uuid4()
    await worker.deliver(_owned(worker, email, owner, generation=2))
    await _buys(worker, email.upper())
    assert await worker.count(owner) == 1
    (observed,) = await worker.emitted(owner, IdentityObserved)
    assert observed.data.generation == 2


async def test_a_retired_address_derives_somebody_new(worker: DrivenWorker) -> None:
    """Would catch an address that leads to its former owner for ever."""
    email, owner = an_email(), uuid4()
    await worker.deliver(_owned(worker, email, owner), _retired(worker, email, owner, 1))
    await _buys(worker, email)
    assert await worker.count(owner) == 0
    assert await worker.count(customer_id_of(_key(worker), Identifier(kind="email", value=email), 1)) == 1


async def test_a_freed_address_derives_the_same_customer_as_before(worker: DrivenWorker) -> None:
    """Catches an import that was taken back and still says who is meant, and one that frees what is another's now."""
    email, other, owner, later = an_email(), an_email(), uuid4(), uuid4()
    freed = [an_event(IdentifierFreed(fingerprint=_name(worker, name), generation=0), owner) for name in (email, other)]
    # The first is hearsay by then; the second is another customer's word, which came before, on another partition.
    await worker.deliver(_owned(worker, email, owner), freed[0], _owned(worker, other, later), freed[1])
    await _buys(worker, email)
    await _buys(worker, other)
    assert (await worker.count(owner), await worker.count(later)) == (0, 1)
    assert await worker.count(customer_id_of(_key(worker), Identifier(kind="email", value=email), 0)) == 1
    await worker.deliver(freed[0], _owned(worker, email, owner, trust="browser"))
    async with worker.database.transaction() as tx:
        name = _name(worker, email)
        assert (await owners_of(tx, [name]))[name].trust == "browser"


async def test_words_about_owners_may_come_in_any_order(worker: DrivenWorker) -> None:
    """Would catch the former owner that wins, since the two owners' events lie on two partitions."""
    email, former, present = an_email(), uuid4(), uuid4()
    await worker.deliver(
        _owned(worker, email, present, generation=1),
        _retired(worker, email, former, 1),
        _owned(worker, email, former, generation=0),
    )
    await _buys(worker, email)
    assert (await worker.count(present), await worker.count(former)) == (1, 0)


@pytest.mark.parametrize("seed", range(20))
async def test_the_last_generation_holds_whatever_comes_when(worker: DrivenWorker, seed: int) -> None:
    """Would catch any order and any repetition of the words about one address that leaves another owner than its last:
    the owners' events lie on as many partitions, and dead letters are replayed days later."""
    rng, email = random.Random(seed), an_email()
    people = [uuid4() for _ in range(4)]
    words: list[Any] = []
    for generation, person in enumerate(people):
        words += [_owned(worker, email, person, generation)] * rng.randint(1, 2)
        words.append(_retired(worker, email, person, generation + 1))
    if last := rng.choice([uuid4(), None]):
        words.append(_owned(worker, email, last, len(people)))
    rng.shuffle(words)
    while words:
        batch = [words.pop() for _ in range(min(len(words), rng.randint(1, 4)))]
        # One batch brings an event once; what is repeated comes in another.
        await worker.deliver(*{event.id: event for event in batch}.values(), together=True)
    async with worker.database.transaction() as tx:
        known = await owners_of(tx, [_name(worker, email)])
    assert {name: owner.customer_id for name, owner in known.items()} == ({_name(worker, email): last} if last else {})


async def test_trust_rises_and_does_not_fall(worker: DrivenWorker) -> None:
    """Would catch a back-fill that comes late and takes a trusted owner back."""
    email, owner = an_email(), uuid4()
    for trust in ("browser", "server", "browser"):
        await worker.deliver(_owned(worker, email, owner, trust=trust))
    async with worker.database.transaction() as tx:
        assert (await owners_of(tx, [_name(worker, email)]))[_name(worker, email)].trust == "server"


async def test_an_address_without_an_owner_derives_its_customer(worker: DrivenWorker) -> None:
    """Would catch a sign-up that waits for customers before it can be recorded."""
    email = an_email()
    await _buys(worker, email)
    assert await worker.count(worker.customer_of(email)) == 1


async def test_who_was_recorded_under_the_former_spelling_keeps_the_id(worker: DrivenWorker) -> None:
    """Catches a customer of an upgraded installation who is two: one before the upgrade and one after."""
    email = f"kunde-{uuid4().hex}@b\u00fccher.example.test"
    named = Identifier(kind="email", value=email)
    former = former_customer_id_of(_key(worker), named)
    assert former != customer_id_of(_key(worker), named)
    mark = fingerprint(_key(worker), "email", former_normalise("email", email))
    async with worker.database.transaction() as tx:
        await tx.execute(
            "insert into told_marks (customer_id, slot, digest) values (:id, :slot, :digest)",
            {"id": former, "slot": mark, "digest": bytes(16)},
        )
    await _buys(worker, email)
    assert await worker.count(former) == 1


async def test_two_mailboxes_that_were_one_are_two(worker: DrivenWorker) -> None:
    """Catches the purchases of stra\u00dfe@ under strasse@, whose address is really spelt so."""
    local = uuid4().hex
    plain, sharp = f"strasse-{local}@example.test", f"stra\u00dfe-{local}@example.test"
    owner = worker.customer_of(plain)
    await _buys(worker, plain)
    await worker.deliver(_owned(worker, plain, owner))
    await _buys(worker, sharp)
    assert await worker.count(owner) == 1
    assert await worker.count(worker.customer_of(sharp)) == 1


async def test_an_erasure_forgets_what_the_person_owned(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a dead letter that keeps the address of somebody known by another name, once customers has retired it."""
    email, owner = an_email(), uuid4()
    await worker.deliver(_owned(worker, email, owner))
    await _buys(worker, email)
    broken = a_contact(customer={"email": email, "card": "undefined"})
    await worker.send_message(broken)
    await worker.drain()
    await worker.deliver(_retired(worker, email, owner, 1))
    await worker.deliver(an_event(ErasureRequested(request_id=uuid4(), aliases=[]), owner))
    (done,) = await worker.emitted(owner, InteractionsErasureDone)
    assert done.data.stores["dead_letters"] == 1
    assert set(done.data.remaining.values()) == {0}
    left = await worker.value(
        "select count(*) from dead_letters where position(convert_to(:email, 'UTF8') in value) > 0", email=email
    )
    assert left == 0


async def test_an_erased_owner_is_not_told_again(worker: DrivenWorker) -> None:
    """Would catch a late word that ties an address to somebody who was erased."""
    email, owner = an_email(), uuid4()
    await worker.deliver(_owned(worker, email, owner))
    await worker.deliver(an_event(ErasureRequested(request_id=uuid4(), aliases=[]), owner))
    await worker.deliver(_owned(worker, email, owner))
    async with worker.database.transaction() as tx:
        assert await owners_of(tx, [_name(worker, email)]) == {}
