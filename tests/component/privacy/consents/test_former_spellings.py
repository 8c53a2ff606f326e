"""What an older installation recorded: under former hashes of addresses, and under the ids that an e-mail derives."""

from __future__ import annotations

import httpx

from services.privacy.identity.domain import Hashing
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress
from shared.contracts.interactions import ResponseRecorded
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.addresses import own, say, withdraw
from tests.component.privacy.conftest import KEY
from tests.component.privacy.scenes import an_event, ask, handle, record
from tests.fakes import FixedClock


def two_spellings() -> tuple[str, str]:
    """Two addresses of two people, which the first release took for one."""
    name = new_id().hex
    return f"straße-{name}@example.test", f"strasse-{name}@example.test"


async def test_people_whose_addresses_look_alike_are_told_apart(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a withdrawal, a suppression or a grant of one that counts for the other, whichever of both it is."""
    for here, there in (two_spellings(), two_spellings()[::-1]):
        one, other = new_id(), new_id()
        for customer, email in ((one, here), (other, there)):
            await own(database, customer, email)
            await record(client, customer)
        await withdraw(client, {"email": here}, purpose="marketing", channel="email")
        assert [await ask(client, one, address=here), await ask(client, other, address=there)] == [
            "withdrawn",
            "granted",
        ]
        await say(client, {"email": there})
        assert await ask(client, one, address=here) == "withdrawn"
        listed = {"addresses": [{"channel": "email", "address": here}]}
        assert (await client.post("/suppressions", json=listed)).json() == {"changed": 1}
        assert await ask(client, other, address=there) == "granted"


async def test_both_spellings_of_a_domain_are_one_address(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a suppression of the name that people read which leaves the one open that mail servers know."""
    customer, name = new_id(), new_id().hex
    written, deliverable = f"{name}@Bücher.example.test", f"{name}@xn--bcher-kva.example.test"
    await own(database, customer, deliverable)
    await say(client, {"email": written})
    assert await ask(client, customer, address=deliverable) == "granted"
    listed = {"addresses": [{"channel": "email", "address": written}], "reason": "manual"}
    await client.post("/suppressions", json=listed)
    assert await ask(client, customer, address=deliverable) == "suppressed"


async def test_what_stands_under_a_former_hash_still_binds_and_can_be_lifted(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches an upgrade that forgets suppressions of addresses which are hashed in another way now."""
    customer, (email, _) = new_id(), two_spellings()
    await record(client, customer)
    former = Hashing(KEY).address("email", email).fingerprints[1]
    async with database.transaction() as tx:
        await suppress(tx, [(former, "email")], SuppressionReason.MANUAL, "before")
        await tx.execute("update suppressions set former = true where fingerprint = :former", {"former": former})
    assert await ask(client, customer, address=email) == "suppressed"
    named = {"addresses": [{"channel": "email", "address": email}]}
    assert (await client.post("/suppressions/checks", json=named)).json()["items"][0]["suppressed"] is True
    assert (await client.post("/suppressions/removals", json=named)).json() == {"changed": 1}
    assert await ask(client, customer, address=email) == "granted"


async def test_a_withdrawal_by_email_of_former_days_binds_the_address(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an upgrade after which people who had withdrawn by e-mail, in vain, go on being mailed."""
    email = f"{new_id().hex}@example.test"
    customer, (second_self,) = new_id(), Hashing(KEY).second_selves(email)
    await own(database, customer, email)
    await record(client, customer)
    await record(client, second_self, "withdrawn")
    assert await ask(client, customer, address=email) == "withdrawn"
    clock.advance(minutes=1)
    await say(client, {"email": email})
    assert await ask(client, customer, address=email) == "granted"


async def test_a_wish_after_a_message_of_former_days_binds_the_address_that_it_may_have_gone_to(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a link in an old message that is followed after the upgrade, and stops nothing."""
    customer, other, message, (email, _) = new_id(), new_id(), new_id(), two_spellings()
    for one in (customer, other):
        await record(client, one)
    assert await ask(client, customer, address=email, message_id=message) == "granted"
    former = Hashing(KEY).address("email", email).fingerprints[1]
    async with database.transaction() as tx:
        await tx.execute(
            "update permits set former = true, fingerprint = :former where message_id = :id",
            {"former": former, "id": message},
        )
    fact = ResponseRecorded(interaction_id=new_id(), kind="unsubscribed", channel="email", message_id=message)
    await handle(database, an_event(fact, customer, clock.now()))
    assert await ask(client, other, address=email) == "withdrawn"
    clock.advance(minutes=1)
    await say(client, {"customer_id": str(other), "email": email})
    assert await ask(client, other, address=email) == "granted"
