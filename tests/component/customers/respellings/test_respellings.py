"""An installation of the first release is upgraded: nobody gets another id, and everybody hears whose everything is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.customers import IdentifierOwned, IdentifierRetired
from shared.contracts.envelope import Origin
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import (
    fingerprint,
    fingerprints_of,
    former_customer_id_of,
    former_normalise,
)
from tests.component.customers.builders import created, derived, observed, read
from tests.component.customers.conftest import World


@dataclass
class Stored:
    """An identifier as the first release stored it."""

    named: Identifier
    customer: UUID
    former: str
    current: str


async def stored(world: World, kind: str, value: str, *, generation: int = 0) -> Stored:
    """Somebody of an installation of the first release, known by this identifier alone."""
    named = Identifier.model_validate({"kind": kind, "value": value})
    key = world.settings.key
    former = fingerprint(key, kind, former_normalise(kind, value))
    customer = former_customer_id_of(key, named, generation) if kind != "phone" else uuid4()
    async with world.database.transaction() as tx:
        params = {
            "id": customer, "identifier": uuid4(), "kind": kind, "value": value, "generation": generation,
            "normalised": former_normalise(kind, value), "fingerprint": former, "now": tx.now,
        }  # fmt: skip
        await tx.execute(
            "insert into customers (customer_id, current_id, kind, created_at, changed_at, version, claims, unfit, "
            "status, profile, reachable) "
            "values (:id, :id, 'person', :now, :now, 1, '{}', '{}', 'prospect', '{}', '{}')",
            params,
        )
        await tx.execute(
            "insert into identifiers (customer_id, identifier_id, kind, value, normalised, fingerprint, verified, "
            "preferred, at, by) values (:id, :identifier, :kind, :value, :normalised, :fingerprint, false, false, "
            ":now, 'web')",
            params,
        )
        if kind != "phone":
            await tx.execute(
                "insert into identifier_owners (customer_id, fingerprint, generation, kind, trust) "
                "values (:id, :fingerprint, :generation, :kind, 'server')",
                params,
            )
    return Stored(named, customer, former, fingerprints_of(key, named, world.settings.phone_region)[0])


def an_idn_address() -> str:
    return f"Kunde-{uuid4().hex}@B\u00fccher.example.test"


async def test_everybody_hears_once_whose_everything_is(api: httpx.AsyncClient, world: World) -> None:
    """Catches an upgrade after which privacy resolves the address of a known customer to a second self."""
    ada = await stored(world, "email", f"Ada-{uuid4().hex}@Example.test", generation=3)
    for _ in range(2):
        await world.run_jobs()
    (event,) = await world.emitted(ada.customer, IdentifierOwned)
    assert event.origin == Origin.BACKFILL
    assert (event.data.fingerprint, event.data.kind, event.data.generation, event.data.trust) == (
        ada.former, "email", 3, "server",
    )  # fmt: skip


@pytest.mark.parametrize("asked_before_the_job", [True, False])
async def test_an_address_in_another_script_keeps_its_customer(
    api: httpx.AsyncClient, world: World, asked_before_the_job: bool
) -> None:
    """Catches a customer who is lost by the upgrade: the present spelling of the address derives somebody else."""
    kunde = await stored(world, "email", an_idn_address())
    assert kunde.former != kunde.current
    if not asked_before_the_job:
        await world.run_jobs()
    email = {"kind": "email", "value": kunde.named.value}
    refused = await api.post("/customers", json={"kind": "person", "identifiers": [email]})
    assert (refused.status_code, refused.json().get("customer_id")) == (409, str(kunde.customer))
    await world.run_jobs()
    (event,) = await world.emitted(kunde.customer, IdentifierOwned)
    assert event.data.fingerprint == kunde.current
    # Nobody is ever called by the former spelling again: there is nothing to retire.
    assert await world.emitted(kunde.customer, IdentifierRetired) == []
    search = {"identifier": {"kind": "email", "value": kunde.named.value.lower()}}
    found = (await api.post("/customers/search", json=search)).json()["items"]
    assert [customer["customer_id"] for customer in found] == [str(kunde.customer)]


async def test_what_is_observed_of_a_former_spelling_reaches_its_customer(api: httpx.AsyncClient, world: World) -> None:
    """Catches an event that comes before the job and makes a second owner of one address."""
    kunde = await stored(world, "email", an_idn_address())
    email = {"kind": "email", "value": kunde.named.value}
    await world.deliver(world.event(observed(email, traits={"city": "Bath"}), kunde.customer))
    body = await read(api, kunde.customer)
    assert body["attributes"]["city"] == "Bath"
    assert len(body["identifiers"]) == 1


async def test_the_mailbox_that_was_taken_for_another_is_free(api: httpx.AsyncClient, world: World) -> None:
    """Catches strasse@ taken for the customer of stra\u00dfe@, whose id the folded letters had derived."""
    local = uuid4().hex
    sharp = await stored(world, "email", f"stra\u00dfe-{local}@example.test")
    await world.run_jobs()
    (owned,) = await world.emitted(sharp.customer, IdentifierOwned)
    (retired,) = await world.emitted(sharp.customer, IdentifierRetired)
    assert (owned.data.fingerprint, retired.data.fingerprint) == (sharp.current, sharp.former)
    plain = {"kind": "email", "value": f"strasse-{local}@example.test"}
    other = await created(api, identifiers=[plain])
    assert other["customer_id"] == str(derived(world.settings, plain, generation=retired.data.generation))
    assert other["customer_id"] != str(sharp.customer)


async def test_a_plain_address_keeps_its_id_when_another_folded_to_it(api: httpx.AsyncClient, world: World) -> None:
    """Catches strasse@, known and really spelt so, that loses its customer to the other spelling."""
    local = uuid4().hex
    plain = await stored(world, "email", f"strasse-{local}@example.test")
    sharp = {"kind": "email", "value": f"stra\u00dfe-{local}@example.test"}
    other = await created(api, identifiers=[sharp])
    assert other["customer_id"] != str(plain.customer)
    await world.run_jobs()
    assert await world.emitted(plain.customer, IdentifierRetired) == []


async def test_two_customers_of_one_address_wait_for_a_decision(api: httpx.AsyncClient, world: World) -> None:
    """Catches an upgrade that takes the address from one of two, or stops at them."""
    name = uuid4().hex
    first = await stored(world, "email", f"{name}@xn--bcher-kva.example.test")
    second = await stored(world, "email", f"{name}@b\u00fccher.example.test")
    await world.run_jobs()
    listed = (await api.get("/link-candidates", params={"limit": 500})).json()["items"]
    pairs = {(candidate["customer_id"], candidate["owner_id"]) for candidate in listed}
    assert (str(second.customer), str(first.customer)) in pairs
    for one in (first, second):
        assert len((await read(api, one.customer))["identifiers"]) == 1


async def test_whoever_was_erased_before_the_upgrade_comes_back_as_somebody_new(
    api: httpx.AsyncClient, world: World
) -> None:
    """Catches an erased person who is met again since the mark of the erasure bears the former spelling."""
    email = {"kind": "email", "value": an_idn_address()}
    named = Identifier(**email)
    former = fingerprint(world.settings.key, "email", former_normalise("email", named.value))
    async with world.database.transaction() as tx:
        await tx.execute(
            "insert into identifier_owners (fingerprint, generation, retired_at) values (:name, 1, :now)",
            {"name": former, "now": tx.now},
        )
    for generation in (1, 2):
        body = await created(api, identifiers=[email])
        assert body["customer_id"] == str(derived(world.settings, email, generation))
        path = f"/customers/{body['customer_id']}/identifiers/{body['identifiers'][0]['identifier_id']}"
        assert (await api.delete(path)).status_code == 200


async def test_a_phone_is_spelt_anew_and_its_double_goes(api: httpx.AsyncClient, world: World) -> None:
    """Catches a phone that nobody finds under the number as it is dialled."""
    phone = await stored(world, "phone", "+44 (020) 7946-0999")
    await world.run_jobs()
    for spelt in ("+44 20 7946 0999", "0044 20 79460999"):
        search = {"identifier": {"kind": "phone", "value": spelt}}
        found = (await api.post("/customers/search", json=search)).json()["items"]
        assert str(phone.customer) in {customer["customer_id"] for customer in found}


async def test_the_job_finds_nothing_when_it_has_ended(world: World) -> None:
    """Catches a job that goes over everything again and again."""
    await world.run_jobs()
    assert await world.value("select count(*) from identifiers where spelling < 2") == 0
