"""The described interface: every operation with a body has an example, each works, and every field is described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx

from services.analytics.app import create
from services.analytics.config import Settings
from tests.component.analytics.builders import bought
from tests.component.analytics.world import World


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, media type object) of each operation of this service that takes JSON."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content and operation.get("tags", [""])[0] in OWN:
                yield method, path, content["application/json"]


OWN = ("segments", "lists", "customers", "scores", "insights", "cross-sell")


def example_of(document: dict[str, Any], media: dict[str, Any]) -> Any:
    """The first example of an operation's body, or of its schema; None when there is none."""
    if media.get("examples"):
        return next(iter(media["examples"].values()))["value"]
    schema = media["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return next(iter(schema.get("examples", [])), None)


async def rename_all(world: World) -> None:
    """Names of what earlier examples made are free again."""
    async with world.database.transaction() as tx:
        await tx.execute("update lists set name = cast(list_id as text)")
        await tx.execute("update segments set name = cast(segment_id as text)")


async def test_the_example_of_every_body_works(settings: Settings, client: httpx.AsyncClient, world: World) -> None:
    """Catches an operation without an example, and one that is refused."""
    document = create(settings).openapi()
    segment = (await client.post("/segments", json={"name": "A", "definition": bought()})).json()["id"]
    members = (await client.post("/lists", json={"name": "B"})).json()["id"]
    await world.idle()
    tried = 0
    for method, path, media in bodies(document):
        example = example_of(document, media)
        assert example is not None, (method, path)
        url = path.format(segment_id=segment, list_id=members, customer_id=uuid4())
        await rename_all(world)
        answer = await client.request(method, url, json=example)
        assert answer.status_code < 300, (method, path, answer.text)
        tried += 1
    assert tried >= 9


async def test_every_field_is_described(settings: Settings, client: httpx.AsyncClient) -> None:
    """Catches a field whose meaning has to be guessed."""
    document = create(settings).openapi()
    schemas = document["components"]["schemas"]
    used: set[str] = set()

    def follow(node: Any) -> None:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in used:
                used.add(name)
                follow(schemas[name])
            for value in node.values():
                follow(value)
        elif isinstance(node, list):
            for value in node:
                follow(value)

    for operations in document["paths"].values():
        for operation in operations.values():
            if operation.get("tags", [""])[0] in OWN:
                follow(operation.get("requestBody", {}))
                follow({status: answer for status, answer in operation["responses"].items() if status < "300"})
    bare = [
        f"{name}.{field}"
        for name in sorted(used)
        if not name.startswith("Page_")
        for field, value in schemas[name].get("properties", {}).items()
        if not value.get("description")
    ]
    assert len(used) > 15
    assert bare == []
