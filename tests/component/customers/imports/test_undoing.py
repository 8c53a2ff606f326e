"""Whole imports taken back, on real parts."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.customers.imports.service import undoing
from services.customers.imports.service.running import continue_import
from shared.contracts.customers import CustomerRetracted, IdentifierFreed, IdentifierOwned, ProfileChanged
from shared.contracts.envelope import Origin
from tests.component.customers.builders import Body, a_purchase, created, derived, merged, observed, read
from tests.component.customers.conftest import World, as_
from tests.component.customers.imports.files import a_csv, an_address, mapped, outcome, worked

_COLUMNS = [
    {"column": "Mail", "to": "email"},
    {"column": "Tel", "to": "phone"},
    {"column": "Vorname", "to": "given_name"},
    {"column": "Ort", "to": "city"},
    {"column": "Kinder", "to": "children"},
]
_HEADING = ("Mail", "Tel", "Vorname", "Ort", "Kinder")


def named(address: str) -> Body:
    return {"kind": "email", "value": address}


async def imported(api: httpx.AsyncClient, world: World, *rows: tuple[str, ...]) -> str:
    """The id of an import that was run."""
    import_id = await mapped(api, a_csv(*rows, heading=_HEADING), _COLUMNS)
    assert (await worked(api, world, import_id, "start"))["state"] == "done"
    world.clock.advance(minutes=1)
    return import_id


async def undone(api: httpx.AsyncClient, world: World, import_id: str) -> Body:
    """The import after it was taken back."""
    body = await worked(api, world, import_id, "undo")
    assert body["state"] == "undone"
    world.clock.advance(minutes=1)
    return body


async def test_what_the_import_wrote_over_holds_again_and_what_was_stated_since_stays(
    api: httpx.AsyncClient, world: World
) -> None:
    """Catches an undo that leaves values of the file, or takes away what somebody has typed since."""
    address = an_address()
    held = await created(api, identifiers=[named(address)], attributes={"city": "Bath", "given_name": "Ada"})
    world.clock.advance(minutes=1)
    import_id = await imported(api, world, (address, "+44 20 7946 0000", "Eva", "York", "2"))
    customer = held["customer_id"]
    tag = (await api.get(f"/customers/{customer}")).headers["ETag"]
    changed = await api.patch(
        f"/customers/{customer}", json={"attributes": {"given_name": "Flo"}}, headers={"If-Match": tag}
    )
    assert changed.status_code == 200, changed.text
    body = await undone(api, world, import_id)
    assert (body["undo"]["by"], body["undo"]["touched"], body["undo"]["restored"]) == ("importer", 1, 1)
    after = await read(api, customer)
    assert after["attributes"] == {"city": "Bath", "given_name": "Flo"}
    assert [one["value"] for one in after["identifiers"]] == [address]
    last = (await world.emitted(customer, ProfileChanged))[-1]
    assert (last.origin, last.data.attributes, str(last.cause)) == (Origin.REPAIR, {"city": "Bath"}, import_id)
    history = (await api.get(f"/customers/{customer}/history")).json()["items"][0]
    assert (history["by"], history["what"]["city"]) == ("importer", {"from": "York", "to": "Bath"})


async def test_whom_nobody_else_knew_is_gone_and_may_come_again(api: httpx.AsyncClient, world: World) -> None:
    """Catches empty customers that stay behind, and a retraction that works like an erasure."""
    address = an_address()
    customer = derived(world.settings, named(address))
    import_id = await imported(api, world, (address, "", "Ada", "Bath", ""))
    body = await undone(api, world, import_id)
    assert body["undo"]["retracted"] == 1
    assert (await api.get(f"/customers/{customer}")).status_code == 404
    (gone,) = await world.emitted(customer, CustomerRetracted)
    (freed,) = await world.emitted(customer, IdentifierFreed)
    assert (str(gone.data.import_id), gone.origin, freed.data.generation) == (import_id, Origin.REPAIR, 0)
    for table in ("changes", "identifiers", "import_customers", "import_examples"):
        count = f"select count(*) from {table} where customer_id = cast(:id as uuid)"
        assert await world.value(count, id=customer) == 0, table
    again = await imported(api, world, (address, "", "Ada", "Bath", ""))
    assert (await read(api, customer))["source"] == f"import:{again}"
    assert len(await world.emitted(customer, IdentifierOwned)) == 2


async def test_who_was_met_since_stays_with_what_was_said_then(api: httpx.AsyncClient, world: World) -> None:
    """Catches an undo that takes away a customer who has bought, or the address that they gave themselves."""
    address = an_address()
    customer = derived(world.settings, named(address))
    import_id = await imported(api, world, (address, "+44 20 7946 0001", "Ada", "Bath", ""))
    await world.deliver(world.event(observed(named(address), publisher="shop"), customer))
    await world.deliver(world.event(a_purchase(), customer))
    await undone(api, world, import_id)
    body = await read(api, customer)
    assert (body["status"], body["attributes"], body["source"]) == ("active", {}, "shop")
    assert [(one["value"], one["kind"]) for one in body["identifiers"]] == [(address, "email")]


async def test_a_browser_s_word_is_hearsay_again_without_the_import(api: httpx.AsyncClient, world: World) -> None:
    """Catches trust in an address that only the import had given, which outlives it here and in the copies."""
    address = an_address()
    customer = derived(world.settings, named(address))
    fact = observed(named(address), traits={"city": "Ely"}, trust="browser")
    await world.deliver(world.event(fact, customer))
    world.clock.advance(minutes=1)
    import_id = await imported(api, world, (address, "", "Ada", "Bath", ""))
    assert (await read(api, customer))["attributes"]["city"] == "Bath"
    await undone(api, world, import_id)
    assert (await read(api, customer))["attributes"] == {"city": "Ely"}
    told = [event.data for event in await world.emitted(customer) if hasattr(event.data, "fingerprint")]
    assert [getattr(fact, "trust", "freed") for fact in told] == ["browser", "server", "freed", "browser"]


async def test_a_corrected_file_stays_when_the_first_one_is_taken_back(api: httpx.AsyncClient, world: World) -> None:
    """Catches rows that came to nothing, as the first import had said the same, and that go with it."""
    address = an_address()
    customer = derived(world.settings, named(address))
    first = await imported(api, world, (address, "+44 20 7946 0002", "Ada", "Bath", "3"))
    version = (await read(api, customer))["version"]
    second = await mapped(api, a_csv((address, "+44 20 7946 0002", "Ada", "Bath", ""), heading=_HEADING), _COLUMNS)
    assert (await worked(api, world, second, "start"))["counts"] == outcome(unchanged=1)
    assert (await read(api, customer))["version"] == version
    await undone(api, world, first)
    body = await read(api, customer)
    assert body["attributes"] == {"given_name": "Ada", "city": "Bath"}
    assert {one["value"] for one in body["identifiers"]} == {address, "+44 20 7946 0002"}
    await undone(api, world, second)
    assert (await api.get(f"/customers/{customer}")).status_code == 404


async def test_a_merged_customer_loses_only_the_values_of_the_import(api: httpx.AsyncClient, world: World) -> None:
    """Catches an undo that takes away somebody about whom a human being has decided."""
    address = an_address()
    other = await created(api, attributes={"city": "Rye"})
    import_id = await imported(api, world, (address, "", "Ada", "Bath", ""))
    brought = {"customer_id": str(derived(world.settings, named(address)))}
    await merged(api, other, brought)
    assert (await read(api, other["customer_id"]))["attributes"] == {"city": "Rye", "given_name": "Ada"}
    body = await undone(api, world, import_id)
    assert (body["undo"]["retracted"], body["undo"]["restored"]) == (0, 1)
    after = await read(api, brought["customer_id"])
    assert (after["customer_id"], after["attributes"]) == (other["customer_id"], {"city": "Rye"})


async def test_an_undo_goes_on_after_a_kill_and_asks_only_what_can_be_taken_back(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an undo that begins anew or stops half-way, and one of a file that nobody has started."""
    rows = [(an_address(), "", "Ada", "Bath", "") for _ in range(5)]
    import_id = await mapped(api, a_csv(*rows, heading=_HEADING), _COLUMNS)
    early = await api.post(f"/imports/{import_id}/undo", headers=as_("importer"))
    assert (early.status_code, early.json()["type"]) == (409, "/problems/import-not-ready")
    await worked(api, world, import_id, "start")
    monkeypatch.setattr(undoing, "BATCH", 2)
    assert (await api.post(f"/imports/{import_id}/undo", headers=as_("importer"))).status_code == 202
    async with world.database.transaction() as tx:
        assert await continue_import(tx, world.settings)
    with pytest.raises(SystemExit):
        async with world.database.transaction() as tx:
            assert await continue_import(tx, world.settings)
            raise SystemExit
    body = await worked(api, world, import_id, "undo")
    assert (body["state"], body["undo"]["touched"], body["undo"]["retracted"]) == ("undone", 5, 5)
    assert (await api.post(f"/imports/{import_id}/undo", headers=as_("importer"))).json()["state"] == "undone"
    for address, *_ in rows:
        assert (await api.get(f"/customers/{derived(world.settings, named(address))}")).status_code == 404


async def test_an_import_of_a_version_that_kept_nothing_cannot_be_taken_back(
    api: httpx.AsyncClient, world: World
) -> None:
    """Catches an undo that looks done and has restored nothing."""
    import_id = await imported(api, world, (an_address(), "", "Ada", "Bath", ""))
    async with world.database.transaction() as tx:
        await tx.execute("update imports set undoable = false where import_id = :id", {"id": UUID(import_id)})
    refused = await api.post(f"/imports/{import_id}/undo", headers=as_("importer"))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/import-not-undoable")


class Cast:
    """The same persons, once with an import that is taken back and once without: what is done to them is the same."""

    def __init__(self, api: httpx.AsyncClient, world: World, size: int) -> None:
        self.api, self.world = api, world
        self.addresses = [an_address() for _ in range(size)]

    def customer(self, person: int) -> UUID:
        """Under which id they are known."""
        return derived(self.world.settings, named(self.addresses[person]))

    async def stated(self, person: int, traits: Body, minutes: int, publisher: str) -> None:
        """A publisher states something, perhaps late."""
        world = self.world
        at = world.clock.now().replace(microsecond=0)
        fact = observed(named(self.addresses[person]), traits=traits, publisher=publisher)
        event = world.event(fact, self.customer(person), at=at.replace(minute=minutes))
        await world.deliver(event)

    async def bought(self, person: int) -> None:
        """They buy."""
        await self.world.deliver(self.world.event(a_purchase(), self.customer(person)))

    async def typed(self, person: int, values: Body) -> None:
        """Somebody changes them by hand."""
        path = f"/customers/{self.customer(person)}"
        answer = await self.api.get(path)
        if answer.status_code == 200:
            tag = answer.headers["ETag"]
            await self.api.patch(path, json={"attributes": values}, headers={"If-Match": tag})

    async def called(self, person: int, phone: str) -> None:
        """Somebody writes down their phone."""
        answer = await self.api.get(f"/customers/{self.customer(person)}")
        if answer.status_code == 200:
            await self.api.post(
                f"/customers/{self.customer(person)}/identifiers",
                json={"kind": "phone", "value": phone},
                headers={"If-Match": answer.headers["ETag"]},
            )

    async def shown(self) -> list[Any]:
        """Everything that is seen of each, but ids, versions and addresses."""
        found: list[Any] = []
        for person, address in enumerate(self.addresses):
            answer = await self.api.get(f"/customers/{self.customer(person)}")
            if answer.status_code == 404:
                found.append(None)
                continue
            body = answer.json()
            told = (await self.world.profiles(self.customer(person)))[-1].attributes
            names = sorted(
                ("own" if one["value"] == address else one["value"], one["kind"]) for one in body["identifiers"]
            )
            found.append((body["attributes"], body["status"], body["kind"], body["created_at"], names, told))
        return found


@pytest.mark.parametrize("seed", range(8))
async def test_everything_is_as_if_the_import_had_never_been(api: httpx.AsyncClient, world: World, seed: int) -> None:
    """Catches any order of live changes and imports after which a field differs from a run without the import."""
    chance = random.Random(seed)
    persons = 4
    with_it, without_it = Cast(api, world, persons), Cast(api, world, persons)
    imports: list[str] = []
    for step in range(14):
        world.clock.advance(minutes=3)
        person, value = chance.randrange(persons), str(chance.randrange(3))
        what = chance.choice(("import", "stated", "stated", "typed", "called", "bought")) if step else "import"
        minutes, publisher = chance.randrange(60), chance.choice(("shop", "till"))
        traits = chance.choice(({"city": value}, {"given_name": value}, {"city": value, "children": int(value)}))
        rows = [
            (
                chance.choice(("", "+44 20 7946 0003")),
                chance.choice(("", "0", "1")),
                chance.choice(("", "1", "2")),
                value,
            )
            for _ in range(persons)
        ]
        if what == "import":
            chosen = chance.sample(range(persons), 3)
            imports.append(await imported(api, world, *((with_it.addresses[one], *rows[one]) for one in chosen)))
            if chance.random() < 0.4:
                await undone(api, world, imports.pop(chance.randrange(len(imports))))
            continue
        for cast in (with_it, without_it):
            if what == "stated":
                await cast.stated(person, traits, minutes, publisher)
            elif what == "typed" and await _known(without_it, person):
                await cast.typed(person, traits)
            elif what == "called" and await _known(without_it, person):
                await cast.called(person, "+44 20 7946 0003")
            elif what == "bought":
                await cast.bought(person)
    chance.shuffle(imports)
    for import_id in imports:
        await undone(api, world, import_id)
    assert await with_it.shown() == await without_it.shown()


async def _known(cast: Cast, person: int) -> bool:
    return (await cast.api.get(f"/customers/{cast.customer(person)}")).status_code == 200
