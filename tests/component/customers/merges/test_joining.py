"""An account and what only its e-mail derived are one, because a server says so; undone, they stay two."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.contracts.customers import CustomersMerged, IdentifierOwned
from tests.component.customers.builders import Body, an_email, created, derived, observed, read
from tests.component.customers.conftest import World


def an_account() -> Body:
    return {"kind": "external_id", "source": "shop", "value": uuid4().hex}


async def the_merges(api: httpx.AsyncClient, customer: UUID) -> list[dict[str, Any]]:
    answer = await api.get("/merges", params={"customer_id": str(customer)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def a_reader(world: World, email: Body, **more: Any) -> UUID:
    """Somebody who left an e-mail in a newsletter's form, and nothing else."""
    reader = derived(world.settings, email)
    await world.deliver(world.event(observed(email, **more), reader))
    return reader


async def test_a_reader_is_joined_to_the_account_that_has_the_address(api: httpx.AsyncClient, world: World) -> None:
    """Catches the second self of a customer: what was said to one of them did not hold for the other."""
    email, account = an_email(), an_account()
    reader = await a_reader(world, email, traits={"city": "Bath"}, trust="browser")
    customer = derived(world.settings, account)
    await world.deliver(world.event(observed(account, email, publisher="shop"), customer))
    body = await read(api, reader)
    assert body["customer_id"] == str(customer)
    assert body["attributes"]["city"] == "Bath"
    (merge,) = await the_merges(api, customer)
    assert (merge["absorbed"], merge["by"]) == (str(reader), "shop")
    assert len(await world.emitted(reader, CustomersMerged)) == 1
    # A server has named the owner of the address now.
    assert [event.data.trust for event in await world.emitted(reader, IdentifierOwned)] == ["browser", "server"]
    listed = (await api.get("/link-candidates", params={"limit": 500})).json()["items"]
    assert str(customer) not in {candidate["customer_id"] for candidate in listed}


async def test_an_undone_join_is_not_made_again(api: httpx.AsyncClient, world: World) -> None:
    """Catches two people with one address who are joined anew by each purchase."""
    email, account = an_email(), an_account()
    reader, customer = await a_reader(world, email), derived(world.settings, account)
    await world.deliver(world.event(observed(account, email), customer))
    (merge,) = await the_merges(api, customer)
    assert (await api.post(f"/merges/{merge['merge_id']}/undo")).status_code == 200
    await world.deliver(world.event(observed(account, email, traits={"city": "York"}), customer))
    assert (await read(api, reader))["customer_id"] == str(reader)
    assert len(await the_merges(api, customer)) == 1


async def test_a_dismissed_pair_is_not_joined(api: httpx.AsyncClient, world: World) -> None:
    """Catches a decision of the firm that a till overrules."""
    email, account = an_email(), an_account()
    reader, customer = await a_reader(world, email), derived(world.settings, account)
    await world.deliver(world.event(observed(account, email, trust="browser"), customer))
    listed = (await api.get("/link-candidates", params={"limit": 500})).json()["items"]
    (candidate,) = [found for found in listed if found["customer_id"] == str(customer)]
    assert (await api.post(f"/link-candidates/{candidate['candidate_id']}/dismiss")).status_code == 204
    await world.deliver(world.event(observed(account, email), customer))
    assert (await read(api, reader))["customer_id"] == str(reader)


async def test_a_browsers_word_joins_nobody(api: httpx.AsyncClient, world: World) -> None:
    """Catches a page that makes any reader of the newsletter part of an account of its own."""
    email, account = an_email(), an_account()
    reader, customer = await a_reader(world, email), derived(world.settings, account)
    await world.deliver(world.event(observed(account), customer))
    await world.deliver(world.event(observed(account, email, trust="browser"), customer))
    assert (await read(api, reader))["customer_id"] == str(reader)
    assert await the_merges(api, customer) == []


async def test_who_has_other_names_is_not_joined(api: httpx.AsyncClient, world: World) -> None:
    """Catches two accounts, or an account and a member of the loyalty scheme, joined since they gave one address."""
    for other in (an_account(), {"kind": "card", "value": uuid4().hex}, {"kind": "phone", "value": "+44 20 7946 0005"}):
        email, account = an_email(), an_account()
        owner = await created(api, identifiers=[email, other])
        customer = derived(world.settings, account)
        await world.deliver(world.event(observed(account, email), customer))
        assert (await read(api, owner["customer_id"]))["customer_id"] == owner["customer_id"]
        assert await the_merges(api, customer) == []


async def test_a_card_alone_takes_nobody_in(api: httpx.AsyncClient, world: World) -> None:
    """Catches a join to somebody whom no storefront knows by an id."""
    email, card = an_email(), {"kind": "card", "value": uuid4().hex}
    reader, customer = await a_reader(world, email), derived(world.settings, card)
    await world.deliver(world.event(observed(card, email), customer))
    assert (await read(api, reader))["customer_id"] == str(reader)


async def test_what_was_recorded_before_the_owner_was_known_is_joined(api: httpx.AsyncClient, world: World) -> None:
    """Catches a purchase by e-mail in the very second of the sign-up, which stays a customer of its own."""
    email, account = an_email(), an_account()
    customer = derived(world.settings, account)
    await world.deliver(world.event(observed(account, email), customer))
    # interactions had not heard yet whose the address is.
    late = derived(world.settings, email)
    await world.deliver(world.event(observed(email, trust="browser"), late))
    assert (await read(api, late))["customer_id"] == str(customer)


async def test_two_accounts_in_one_batch_do_not_share_a_reader(api: httpx.AsyncClient, world: World) -> None:
    """Catches a reader that is taken in twice."""
    email, accounts = an_email(), [an_account(), an_account()]
    reader = await a_reader(world, email)
    customers = [derived(world.settings, account) for account in accounts]
    facts = [observed(account, email) for account in accounts]
    await world.deliver(*(world.event(fact, customer) for fact, customer in zip(facts, customers, strict=True)))
    assert (await read(api, reader))["customer_id"] == str(customers[0])
    assert (await read(api, customers[1]))["customer_id"] == str(customers[1])
