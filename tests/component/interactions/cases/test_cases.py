"""Service cases: opened, worked on, found, told of without their words, and erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.contracts.customers import CustomersMerged
from shared.contracts.interactions import CaseChanged
from shared.contracts.privacy import ErasureRequested
from tests.component.interactions.builders import Body, a_contact, an_email, an_event
from tests.component.interactions.conftest import AGENT, READER, WRITER, DrivenWorker, as_

_AGENT = as_(AGENT)


def a_case(**changes: Any) -> Body:
    return {"customer_id": str(uuid4()), "kind": "complaint", "subject": "MARKER subject", **changes}


async def opened(api: httpx.AsyncClient, **changes: Any) -> Body:
    answer = await api.post("/cases", json=a_case(**changes), headers=_AGENT)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def change(api: httpx.AsyncClient, case: Body, **values: Any) -> httpx.Response:
    return await api.patch(f"/cases/{case['id']}", json=values, headers=_AGENT)


async def listed(api: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await api.get("/cases", params=params, headers=_AGENT)
    assert answer.status_code == 200, answer.text
    return [case["id"] for case in answer.json()["items"]]


async def test_a_case_goes_its_way_and_others_hear_states_alone(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches words of a customer on a topic, a change that others do not hear of, and one that they hear of twice."""
    case = await opened(api, priority="high", message="MARKER message")
    assert (case["state"], case["version"], case["overdue"], case["opened_by"]) == ("open", 1, False, "agent")
    assert (await change(api, case, owner="eve")).json()["owner"] == "eve"
    assert (await change(api, case, state="pending")).json()["state"] == "pending"
    answer = {"direction": "in", "text": "MARKER answer"}
    said = await api.post(f"/cases/{case['id']}/messages", json=answer, headers=_AGENT)
    assert (said.status_code, said.json()["by"]) == (201, "agent")
    assert (await change(api, case, state="solved")).json()["solved_at"] is not None
    assert (await change(api, case, state="solved")).json()["version"] == 5
    shown = (await api.get(f"/cases/{case['id']}", headers=_AGENT)).json()
    assert [step["what"].get("state") for step in shown["steps"]] == [
        [None, "open"],
        None,
        ["open", "pending"],
        ["pending", "open"],
        ["open", "solved"],
    ]
    words = (await api.get(f"/cases/{case['id']}/messages", headers=_AGENT)).json()["items"]
    assert [message["text"] for message in words] == ["MARKER message", "MARKER answer"]
    told = await worker.emitted(UUID(case["customer_id"]), CaseChanged)
    assert [(event.data.state, event.data.open_complaint) for event in told] == [
        ("open", True),
        ("pending", True),
        ("open", True),
        ("solved", False),
    ]
    assert {str(event.data.case_id) for event in told} == {case["id"]}
    assert not any(b"MARKER" in event.to_bytes() for event in told)


async def test_a_case_comes_from_a_contact_of_the_same_customer(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a case on somebody else's record, and one made of a purchase."""
    ada = an_email()
    await worker.send_message(a_contact(customer={"email": ada}, data={"channel": "chat"}))
    await worker.drain()
    customer = str(worker.customer_of(ada))
    (contact,) = (await api.get(f"/customers/{customer}/timeline", headers=as_(READER))).json()["items"]
    case = await opened(api, customer_id=None, interaction_id=contact["id"])
    assert (case["customer_id"], case["channel"], case["interaction_id"]) == (customer, "chat", contact["id"])
    for wrong in ({"interaction_id": contact["id"]}, {"interaction_id": str(uuid4())}, {"customer_id": None}):
        refused = await api.post("/cases", json=a_case(**wrong), headers=_AGENT)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not-their-contact")


async def test_agents_find_what_is_due(api: httpx.AsyncClient) -> None:
    """Catches a list that hides what is overdue, mixes customers, or loses a case between pages."""
    customer, eve = str(uuid4()), f"eve-{uuid4().hex}"
    now = datetime.now(UTC)
    late, soon, free = [
        await opened(api, customer_id=customer, due_at=(now + timedelta(hours=hours)).isoformat(), owner=owner)
        for hours, owner in ((-1, eve), (1, eve), (2, None))
    ]
    question = await opened(api, customer_id=customer, kind="question", priority="low")
    await change(api, soon, state="solved")
    ids = [case["id"] for case in (late, soon, free, question)]
    mine = {"customer_id": customer}
    assert await listed(api, **mine) == [ids[0], ids[2], ids[3]]
    assert await listed(api, **mine, state="any") == ids
    assert await listed(api, **mine, state="solved") == [ids[1]]
    assert await listed(api, **mine, overdue="true") == [ids[0]]
    assert await listed(api, **mine, overdue="true", state="solved") == []
    assert await listed(api, owner=eve) == [ids[0]]
    assert await listed(api, **mine, unowned="true", kind="complaint") == [ids[2]]
    assert await listed(api, **mine, priority="low") == [ids[3]]
    first = (await api.get("/cases", params={**mine, "state": "any", "limit": 3}, headers=_AGENT)).json()
    rest = await listed(api, **mine, state="any", limit=3, after=first["next"])
    assert [case["id"] for case in first["items"]] + rest == ids
    bad = await api.get("/cases", params={"after": "eyJpZCI6MX0"}, headers=_AGENT)
    assert (bad.status_code, bad.json()["type"]) == (422, "/problems/invalid-cursor")


async def test_two_agents_do_not_undo_each_other(api: httpx.AsyncClient) -> None:
    """Catches a change on top of one that its author has not seen, and a move that the states do not allow."""
    case = await opened(api)
    assert (await change(api, case, owner="eve", version=1)).status_code == 200
    stale = await change(api, case, owner="kim", version=1)
    assert (stale.status_code, stale.json()["type"]) == (409, "/problems/case-changed-meanwhile")
    refused = await change(api, case, state="reopened")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/case-move-refused")
    assert (await change(api, case, owner=None)).json()["owner"] is None
    missing = await api.patch(f"/cases/{uuid4()}", json={"state": "closed"}, headers=_AGENT)
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/case-not-found")


async def test_a_repeat_with_the_same_key_opens_one_case(api: httpx.AsyncClient) -> None:
    """Catches two cases where an agent's browser sent the form twice."""
    body, headers = a_case(), {**_AGENT, "Idempotency-Key": uuid4().hex}
    answers = [await api.post("/cases", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await listed(api, customer_id=body["customer_id"])) == 1


async def test_cases_follow_merges_and_go_with_an_erasure(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a complaint that vanishes from the survivor's page, and words that outlive an erasure."""
    case = await opened(api, message="MARKER words")
    survivor, absorbed = uuid4(), UUID(case["customer_id"])
    merge = CustomersMerged(merge_id=uuid4(), survivor=survivor, absorbed=absorbed, rule="same_email")
    await worker.deliver(an_event(merge, survivor))
    assert await listed(api, customer_id=str(survivor)) == [case["id"]]
    await worker.deliver(an_event(ErasureRequested(request_id=uuid4(), aliases=[absorbed]), survivor))
    assert (await api.get(f"/cases/{case['id']}", headers=_AGENT)).status_code == 404
    for table in ("cases", "case_messages", "case_steps"):
        assert await worker.value(f"select count(*) from {table} where customer_id = :id", id=absorbed) == 0
    again = await api.post("/cases", json=a_case(customer_id=str(absorbed)), headers=_AGENT)
    assert (again.status_code, again.json()["type"]) == (410, "/problems/customer-erased")


async def test_keys_of_publishers_see_no_case(api: httpx.AsyncClient) -> None:
    """Catches complaints that every key of a shop may read or write."""
    for key in (WRITER, READER):
        assert (await api.get("/cases", headers=as_(key))).status_code == 403
        assert (await api.post("/cases", json=a_case(), headers=as_(key))).status_code == 403
