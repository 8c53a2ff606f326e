"""Would catch an operation whose example is refused, and a field of which nobody says what it is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.component.campaigns.world import World

# Of the kernel, which documents itself.
_KERNEL = ("/dead-letters", "/health")


def schema_of(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def bodies(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The schema of each operation's body, by method and path."""
    return {
        f"{method.upper()} {path}": schema_of(
            document, operation["requestBody"]["content"]["application/json"]["schema"]
        )
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if "requestBody" in operation and not path.startswith(_KERNEL)
    }


async def test_every_operation_with_a_body_has_an_example_that_is_accepted(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    draft = await world.campaign(start=False)
    await world.handle(world.moved(customer, into=segment))
    await world.execute("update messages set state = 'unknown' where campaign_id = :id", id=campaign)
    message = await world.value("select id from messages where campaign_id = :id", id=campaign)
    found = bodies(world.app.openapi())
    assert len(found) >= 8
    journey = found["POST /journeys"]["examples"][0]
    made = [await world.api.post("/journeys", json={**journey, "entry": {"kind": "api"}}) for _ in range(2)]
    ids = {"campaign_id": draft, "message_id": message, "journey_id": made[0].json()["id"]}
    started = {**ids, "journey_id": made[1].json()["id"]}
    assert (await world.api.post(f"/journeys/{started['journey_id']}/start")).is_success
    for operation, schema in found.items():
        [example, *_] = schema["examples"]
        method, path = operation.split(" ")
        body = {**example, **({"customer_id": str(customer)} if "customer_id" in example else {})}
        headers = {"If-Match": "*"} if method == "PUT" and path.startswith(("/campaigns", "/journeys")) else {}
        if path == "/subject-data":
            headers["Authorization"] = "Bearer service-privacy-key"
        if path.startswith("/settings/sending"):
            headers["Authorization"] = "Bearer postmaster-key"
        used = ids if method == "PUT" else started
        answer = await world.api.request(method, path.format(**used), json=body, headers=headers)
        assert answer.is_success, f"{operation}: {answer.text}"


async def test_every_field_says_what_it_is(world: World) -> None:
    document = world.app.openapi()
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        if name not in ("Problem",) and not name.startswith(("Page_", "DeadLetter", "Replay", "Repair", "Note"))
        for field, shape in schema.get("properties", {}).items()
        if "description" not in shape and "const" not in shape and "$ref" not in shape
    ]
    assert silent == []


async def test_numbers_are_no_times(world: World) -> None:
    """0 was midnight, and 86400 a day."""
    segment = str(uuid4())
    body = {"name": "x", "purpose": "offers", "content": {"subject": "x", "text": "{{ unsubscribe_url }}"}}
    trigger = {"kind": "segment_entered", "segment_id": segment}
    for change in (
        {"quiet_hours": {"start": 0, "end": 3600}},
        {"expires_after": 86_400},
        {"cap": {"limit": 1, "window": 86_400.0}},
    ):
        answer = await world.api.post("/campaigns", json={**body, "trigger": trigger, **change})
        assert answer.status_code == 422, answer.text
