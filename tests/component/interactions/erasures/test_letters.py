"""Dead letters of erased people: found in what nobody can read, whoever wrote them, and never a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from services.interactions.identity.domain import person_of
from shared.contracts.customers import IdentifierOwned, IdentifierRetired
from shared.contracts.envelope import Origin
from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import IdentityObserved, InteractionsErasureDone
from shared.contracts.privacy import ErasureRequested
from shared.events.dead_letters import repair, replay
from shared.events.floods import Budget
from shared.events.processor import BatchProcessor
from shared.events.replayer import Replayer
from shared.events.subscription import Record
from shared.ids import milliseconds_of, new_id
from tests.component.interactions.builders import Body, a_purchase, an_email, an_event
from tests.component.interactions.conftest import DrivenWorker

_offsets = iter(range(500_000, 10**9))


def _wrapped(body: Body) -> bytes:
    return orjson.dumps({"publisher": "till", "message": body})


def _unknown_field(body: Body) -> bytes:
    return _wrapped({**body, "customer": {**body["customer"], "nickname": "x"}})


def _truncated(body: Body) -> bytes:
    raw = _wrapped(body)
    return raw[: raw.index(b'"data"')]


def _unwrapped(body: Body) -> bytes:
    return orjson.dumps(body)


def _twice(body: Body) -> bytes:
    return orjson.dumps({"publisher": "till", "payload": orjson.dumps(body).decode()})


async def _give(worker: DrivenWorker, raw: bytes, received_ms: int | None = None, **record: Any) -> UUID:
    """Let the door have a record that it cannot read; answers with its letter."""
    place = next(_offsets)
    at = milliseconds_of(new_id()) if received_ms is None else received_ms
    await BatchProcessor(worker.database, worker.inbound).process(
        [Record("interactions-inbound", 1, place, None, raw, record.get("headers", []), at or 0)]
    )
    letter = await worker.value('select id from dead_letters where "offset" = :at', at=place)
    assert letter is not None, "the record was read"
    return UUID(str(letter))


async def _letter(worker: DrivenWorker, id: UUID) -> dict[str, Any]:
    async with worker.database.transaction() as tx:
        row = await tx.row("select * from dead_letters where id = :id", {"id": id})
    assert row is not None
    return dict(row)


async def _known(worker: DrivenWorker, email: str) -> UUID:
    """Somebody who bought once, and whose address customers has told about."""
    await worker.send_message(a_purchase(customer={"email": email}))
    await worker.drain()
    customer = worker.customer_of(email)
    owned = IdentifierOwned(fingerprint=_name(worker, email), kind="email", generation=0, trust="server")
    await worker.deliver(an_event(owned, customer))
    return customer


def _name(worker: DrivenWorker, email: str) -> str:
    key = worker.settings.installation_key.get_secret_value()
    return person_of(key, CustomerRef(email=email)).fingerprints[0]


async def _erase(worker: DrivenWorker, email: str, customer: UUID) -> dict[str, int]:
    """As privacy and customers tell it; answers with what is said to be left."""
    await worker.deliver(an_event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))
    retired = IdentifierRetired(fingerprint=_name(worker, email), generation=1, erased=True)
    await worker.deliver(an_event(retired, customer))
    done = await worker.emitted(customer, InteractionsErasureDone)
    return dict(done[-1].data.remaining)


@pytest.mark.parametrize("form", [_unknown_field, _truncated, _unwrapped, _twice])
async def test_a_letter_that_nobody_can_read_is_emptied(worker: DrivenWorker, form: Callable[[Body], bytes]) -> None:
    """Would catch an erasure whose certificate says 0 while the person's address lies in a letter."""
    email = an_email()
    customer = await _known(worker, email)
    letter = await _give(worker, form(a_purchase(customer={"email": email.upper()})))
    other = await _give(worker, form(a_purchase(customer={"email": f"x{email}"})))
    assert set((await _erase(worker, email, customer)).values()) == {0}
    row = await _letter(worker, letter)
    assert (row["value"], row["key"], row["error"], row["state"], row["names"]) == (
        None,
        None,
        "erased",
        "discarded",
        [],
    )
    assert (await _letter(worker, other))["value"] is not None


async def test_what_stands_beside_the_bytes_is_emptied_too(worker: DrivenWorker) -> None:
    """Would catch an address that is kept as the publisher's name, in a header, a note, or repaired bytes."""
    email = an_email()
    customer = await _known(worker, email)
    by_name = await _give(worker, orjson.dumps({"publisher": email, "message": {}}))
    by_header = await _give(worker, b"{", headers=[("sender", email.encode())])
    by_note, by_repair = await _give(worker, b"{1"), await _give(worker, b"{2")
    async with worker.database.transaction() as tx:
        await repair(tx, by_note, b"{}", who="op", note=f"asked {email}")
        await repair(tx, by_repair, _wrapped(a_purchase(customer={"email": email})), who="op")
    assert set((await _erase(worker, email, customer)).values()) == {0}
    for letter in (by_name, by_header, by_note, by_repair):
        row = await _letter(worker, letter)
        assert email not in str(row)
        assert email.encode().hex() not in str(row)
        assert (row["publisher"], row["headers"], row["note"], row["repaired"]) == (None, [], "erased", None)


async def test_a_flood_keeps_its_stretch_and_forgets_whom_it_quoted(worker: DrivenWorker) -> None:
    """Would catch an address in the name of a flood's publisher, and a flood that cannot be replayed for others."""
    email = an_email()
    customer = await _known(worker, email)
    raw = orjson.dumps({"publisher": email, "message": {}})
    flood = BatchProcessor(worker.database, worker.inbound, budget=Budget(one=1, all=10**6))
    records = [Record("interactions-inbound", 7, next(_offsets), None, raw, []) for _ in range(3)]
    await flood.process(records)
    assert set((await _erase(worker, email, customer)).values()) == {0}
    async with worker.database.transaction() as tx:
        rows = await tx.rows(
            'select * from dead_letters where partition = 7 and "offset" >= :first', {"first": records[0].offset}
        )
    (counted,) = [row for row in rows if row["flood"] is not None]
    assert (counted["publisher"], counted["error"], counted["state"]) == (None, "erased", "open")
    assert counted["flood"] | {"examples": []} == counted["flood"]
    assert (counted["flood"]["first_offset"], counted["flood"]["last_offset"]) == (
        records[1].offset,
        records[2].offset,
    )
    assert email not in str([dict(row) for row in rows])


async def test_a_letter_from_a_backlog_is_empty_when_it_is_written(worker: DrivenWorker) -> None:
    """Would catch a record that was received before the erasure and becomes a letter behind it."""
    email = an_email()
    customer = await _known(worker, email)
    before = milliseconds_of(new_id())
    await _erase(worker, email, customer)
    late = await _letter(worker, await _give(worker, _unknown_field(a_purchase(customer={"email": email})), before))
    assert (late["value"], late["state"], late["error"]) == (None, "discarded", "erased")
    # Who comes back with the address is somebody new, and so is their letter.
    anew = await _letter(worker, await _give(worker, _unknown_field(a_purchase(customer={"email": email}))))
    assert anew["value"] is not None
    # Asked again, privacy does not make the newcomer the one who was erased.
    again = an_event(ErasureRequested(request_id=uuid4(), aliases=[], fingerprints=[_name(worker, email)]), customer)
    since = milliseconds_of(new_id())
    await worker.deliver(an_event(again.data, customer, origin=Origin.REPAIR))
    kept = await _give(worker, _unknown_field(a_purchase(customer={"email": email})), since)
    assert (await _letter(worker, kept))["value"] is not None


async def test_a_letter_replayed_after_the_erasure_does_not_bring_the_person_back(worker: DrivenWorker) -> None:
    """Would catch a person who is opened anew, with the old address, by a record of before their erasure."""
    email, card = an_email(), uuid4().hex
    customer = await _known(worker, email)
    # Only its card is in the letter, and of that nobody knew whose it was.
    letter = await _give(worker, _unknown_field(a_purchase(customer={"card": card})))
    await _erase(worker, email, customer)
    async with worker.database.transaction() as tx:
        await repair(tx, letter, _wrapped(a_purchase(customer={"email": email})), who="op")
        await replay(tx, letter, who="op")
    before = len(await worker.emitted(kind=IdentityObserved))
    assert await Replayer([worker.inbound]).replay_asked(worker.database) == 1
    assert (await _letter(worker, letter))["state"] == "replayed"
    assert len(await worker.emitted(kind=IdentityObserved)) == before


async def test_who_comes_back_after_an_erasure_is_recorded(worker: DrivenWorker) -> None:
    """Would catch a guard that shuts out everybody who has the address next."""
    email = an_email()
    customer = await _known(worker, email)
    await _erase(worker, email, customer)
    await worker.send_message(a_purchase(customer={"email": email}))
    await worker.drain()
    observed = [event for event in await worker.emitted(kind=IdentityObserved) if event.data.generation == 1]
    assert email in {identifier.value for event in observed for identifier in event.data.identifiers}


async def test_two_letters_at_one_place_do_not_stop_an_erasure(worker: DrivenWorker) -> None:
    """Would catch an erasure that fails for ever: a topic made anew repeats its offsets."""
    email = an_email()
    customer = await _known(worker, email)
    place = next(_offsets)
    for marker in ("a", "b"):
        raw = orjson.dumps({"publisher": marker, "message": {"email": email}})
        record = Record("interactions-inbound", 1, place, None, raw, [])
        await BatchProcessor(worker.database, worker.inbound).process([record])
    assert set((await _erase(worker, email, customer)).values()) == {0}


async def test_a_phone_that_two_people_have_empties_nobody_elses_letter(worker: DrivenWorker) -> None:
    """Would catch an erasure that takes what a member of the family has in a letter."""
    email, other, phone = an_email(), an_email(), f"+4930{uuid4().int % 10**8:08}"
    customer = await _known(worker, email)
    for named in (email, other):
        await worker.send_message(a_purchase(customer={"email": named, "phone": phone}))
    await worker.drain()
    letter = await _give(worker, _unknown_field(a_purchase(customer={"email": other, "phone": phone})))
    await _erase(worker, email, customer)
    assert (await _letter(worker, letter))["value"] is not None


async def test_a_letter_of_a_former_release_is_read_once(worker: DrivenWorker) -> None:
    """Would catch letters that no erasure finds because nobody has looked into them, or each of them does again."""
    email, stranger = an_email(), an_email()
    customer = await _known(worker, email)
    letter = await _give(worker, _unwrapped(a_purchase(customer={"email": email})))
    other = await _give(worker, _unwrapped(a_purchase(customer={"email": stranger})))
    async with worker.database.transaction() as tx:
        await tx.execute("update dead_letters set names = null where id in (:a, :b)", {"a": letter, "b": other})
    await _erase(worker, email, customer)
    assert (await _letter(worker, letter))["value"] is None
    assert (await _letter(worker, other))["names"]
