"""What people answer: a word that stops withdraws at once, everything else becomes a contact once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.privacy.config import Settings
from services.privacy.inbound.clients import Switchboard
from services.privacy.inbound.jobs import forget_answers, pass_on_through
from shared.contracts.inbound import ContactMessage
from shared.database.engine import Database
from shared.ids import new_id
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.privacy.scenes import ask, record
from tests.fakes import FixedClock

Answering = Callable[[httpx.Request], httpx.Response]


def a_phone() -> str:
    return f"+44770{new_id().int % 10**7:07}"


async def answered(client: httpx.AsyncClient, sender: str, text: str, **changes: Any) -> dict[str, Any]:
    """Somebody sends this back by SMS; what was made of it."""
    body = {"message_id": str(new_id()), "channel": "sms", "from": sender, "text": text, **changes}
    answer = await client.post("/inbound-messages", json=body)
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


class Neighbours:
    """Customers, which knows who has a phone, and interactions, which keeps what it is sent or is away."""

    def __init__(self, owners: dict[str, UUID]) -> None:
        self.contacts: list[dict[str, Any]] = []
        self.away = False
        self._owners = owners

    def switchboard(self) -> Switchboard:
        return Switchboard(self._client(self._search), self._client(self._keep))

    def _client(self, answering: Answering) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(answering), base_url="http://neighbour")

    def _search(self, request: httpx.Request) -> httpx.Response:
        phone = json.loads(request.content)["identifier"]["value"]
        found = [{"customer_id": str(self._owners[phone])}] if phone in self._owners else []
        return httpx.Response(200, json={"items": found, "next": None})

    def _keep(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            return httpx.Response(503)
        message = json.loads(request.content)
        ContactMessage.model_validate(message)
        self.contacts.append(message)
        return httpx.Response(202, json={"accepted": 1})


@pytest.fixture
def context(settings: Settings, database: Database) -> WorkerContext:
    return WorkerContext(settings, database, database.clock, Watchdog([]))


async def test_stop_withdraws_everything_at_this_address_on_this_channel(client: httpx.AsyncClient) -> None:
    """Catches a word that is noted and changes nothing, one that stops e-mails too, and one for a single purpose."""
    customer, phone = new_id(), a_phone()
    named: dict[str, Any] = {"customer": {"customer_id": str(customer), "phone": phone}}
    await record(client, customer, channel="sms", **named)
    await record(client, customer)
    assert await ask(client, customer, channel="sms", address=phone) == "granted"
    made = await answered(client, phone.replace("+44", "+44 (0) ").replace("770", "770 "), "Stop, please!")
    assert (made["word"], made["passed_on"], made["repeated"]) == ("stop", False, False)
    assert made["withdrawn"] >= 1
    assert await ask(client, customer, channel="sms", address=phone) == "withdrawn"
    assert await ask(client, customer) == "granted"
    # Whoever else has this number, and whatever they have been asked for.
    assert await ask(client, new_id(), channel="sms", address=phone, purpose="marketing") == "withdrawn"


async def test_start_grants_nothing_by_itself(client: httpx.AsyncClient) -> None:
    """Catches consent without any wording."""
    customer, phone = new_id(), a_phone()
    await record(client, customer, channel="sms", customer={"customer_id": str(customer), "phone": phone})
    await answered(client, phone, "ARRÊT")
    made = await answered(client, phone, "START")
    assert (made["word"], made["withdrawn"], made["passed_on"]) == ("start", 0, True)
    assert await ask(client, customer, channel="sms", address=phone) == "withdrawn"


async def test_an_answer_sent_again_changes_nothing(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches a provider's repetition that withdraws what was granted meanwhile."""
    customer, phone = new_id(), a_phone()
    named: dict[str, Any] = {"customer": {"customer_id": str(customer), "phone": phone}}
    first = await answered(client, phone, "Stopp", message_id=(sent := str(new_id())))
    clock.advance(minutes=1)
    await record(client, customer, channel="sms", **named)
    again = await answered(client, phone, "Stopp", message_id=sent)
    assert again == {**first, "repeated": True}
    assert await ask(client, customer, channel="sms", address=phone) == "granted"


async def test_everything_else_becomes_one_contact_of_who_has_the_number(
    client: httpx.AsyncClient, database: Database, settings: Settings, context: WorkerContext, clock: FixedClock
) -> None:
    """Catches an answer that is lost while interactions is away, one that comes twice, one that names a stranger's
    number, and words that stay here."""
    customer, phone, stranger = new_id(), a_phone(), a_phone()
    async with Neighbours({}).switchboard() as switchboard:
        await pass_on_through(context, switchboard)
    for sender, text, channel in (
        (phone, "Please call me.", "sms"),
        (stranger, "Who is this?", "sms"),
        ("ada@example.test", "Thank you", "email"),
    ):
        assert (await answered(client, sender, text, channel=channel))["passed_on"] is True
    async with database.transaction() as tx:
        rows = await tx.rows("select sealed from inbound_messages where sealed is not null")
    assert len(rows) == 3
    assert all(b"call me" not in bytes(row["sealed"]) for row in rows)
    neighbours = Neighbours({phone: customer})
    neighbours.away = True
    async with neighbours.switchboard() as switchboard:
        await pass_on_through(context, switchboard)
    assert neighbours.contacts == []
    neighbours.away = False
    for _ in range(2):
        async with neighbours.switchboard() as switchboard:
            await pass_on_through(context, switchboard)
    by_note = {contact["data"]["note"]: contact for contact in neighbours.contacts}
    assert len(neighbours.contacts) == len(by_note) == 3
    assert by_note["Please call me."]["customer"] == {"customer_id": str(customer)}
    assert by_note["Thank you"]["customer"] == {"email": "ada@example.test"}
    waits = by_note["Who is this?"]["customer"]["visitor"]
    assert stranger not in json.dumps(waits)
    assert stranger[1:] not in json.dumps(waits)
    async with database.transaction() as tx:
        assert await tx.value("select count(*) from inbound_messages where sealed is not null") == 0
    clock.advance(days=31)
    await forget_answers(context)
    async with database.transaction() as tx:
        assert await tx.value("select count(*) from inbound_messages") == 0


@pytest.mark.parametrize(
    ("channel", "sender"), [("sms", "ada@example.test"), ("email", "+447700900123"), ("sms", "Bank")]
)
async def test_a_sender_that_is_no_address_of_the_channel_is_refused(
    client: httpx.AsyncClient, channel: str, sender: str
) -> None:
    """Catches a word that stops nobody and is answered with success."""
    body = {"message_id": "1", "channel": channel, "from": sender, "text": "STOP"}
    answer = await client.post("/inbound-messages", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/no-such-sender")
