"""One app under test: its doors as its OpenAPI document names them, and ids of things that exist behind them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from shared.ids import new_id
from tests.component.fuzz.goods import EVERYWHERE, GOODS

_LETTER = """insert into dead_letters
                 (id, consumer, topic, partition, "offset", value, headers, reason, error, attempts, created_at)
             values (:id, 'fuzz', 'fuzz', 0, 0, 'x', '{}', 'fuzz', 'fuzz', 1, now())"""
_PAIR = """insert into duplicates
               (customer_id, other_id, duplicate_id, kind, score, fields, automatic, state, found_at)
           select least(a, b), greatest(a, b), :id, 'person', 0.9, '[]', false, 'open', now()
           from (select cast(:customer_id as uuid) as a, cast(:other_id as uuid) as b) as two"""


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    spec: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def names(self, place: str) -> list[str]:
        """Its parameters in path, query or header."""
        return [one["name"] for one in self.spec.get("parameters", []) if one["in"] == place]

    @property
    def media(self) -> str | None:
        """The content type of its body, if it takes one."""
        return next(iter(self.spec.get("requestBody", {}).get("content", {})), None)


@dataclass
class Ground:
    """A started app."""

    service: str
    app: FastAPI
    client: httpx.AsyncClient
    ids: dict[str, str] = field(default_factory=dict)

    def operations(self) -> Iterator[Operation]:
        """Every door that the document names."""
        for path, methods in sorted(self.app.openapi()["paths"].items()):
            for method, spec in sorted(methods.items()):
                yield Operation(method.upper(), path, spec)

    def goods(self, operation: Operation) -> list[Any]:
        """Bodies that this door accepts."""
        found = {**EVERYWHERE, **GOODS[self.service]}.get(str(operation)) or self._examples(operation)
        text = json.dumps(found)
        for name, value in self.ids.items():
            text = text.replace(f"<{name}>", value)
        goods: list[Any] = json.loads(text)
        return goods

    def _examples(self, operation: Operation) -> list[Any]:
        """What the document shows, where nothing else is said."""
        content = operation.spec.get("requestBody", {}).get("content", {}).get("application/json", {})
        if "example" in content:
            return [content["example"]]
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        examples = self.app.openapi()["components"]["schemas"].get(name, {}).get("examples", [])
        return list(examples[:1])

    def path(self, operation: Operation, given: dict[str, str] | None = None) -> str:
        """The path to something that exists, or with other values in their place."""
        values = {**self.ids, "token": "none", **(given or {})}
        path = operation.path
        for name in operation.names("path"):
            path = path.replace(f"{{{name}}}", values.get(name, str(uuid4())))
        return path

    async def settle(self, known: dict[str, str]) -> None:
        """Make something of each kind, and remember its id."""
        self.ids |= known
        match self.service:
            case "customers":
                await self._customers()
            case "interactions":
                declared = {"description": "Booked", "schema": {"properties": {"level": {"type": "string"}}}}
                answer = await self.client.put("/event-types/course_booked", json=declared)
                assert answer.is_success, answer.text
                self.ids["name"] = "course_booked"
                answer = await self.client.put("/products", json={"products": [{"product_id": "apple", "name": "A"}]})
                assert answer.is_success, answer.text
                self.ids["product_id"] = "apple"
                opened = {"customer_id": str(uuid4()), "kind": "complaint", "subject": "Broken"}
                self.ids["case_id"] = (await self._made("/cases", opened))["id"]
                self.ids["import_id"] = await self._file(b"Nr;Mail;Born;No\nA-1;ada@example.test;10.12.1985;1,5\n")
            case "analytics":
                self.ids["list_id"] = (await self._made("/lists", {"name": "Some"}))["id"]
                segment = {"name": "Some", "definition": {"attr": "sex", "op": "eq", "value": "male"}}
                self.ids["segment_id"] = (await self._made("/segments", segment))["id"]
            case "campaigns":
                self.ids["campaign_id"] = (await self._post("/campaigns", "POST /campaigns"))["id"]
                (making,) = [found for found in self.operations() if str(found) == "POST /journeys"]
                self.ids["journey_id"] = (await self._made("/journeys", self.goods(making)[0]))["id"]
            case "privacy":
                self.ids["notice_id"] = (await self._post("/notices", "POST /notices"))["notice_id"]
                self.ids["request_id"] = (await self._post("/requests", "POST /requests"))["request_id"]
                self.ids["name"] = "fuzz-made"
                for path in ("/purposes", "/signup-forms"):
                    body = GOODS["privacy"][f"PUT {path}/{{name}}"][0]
                    answer = await self.client.put(f"{path}/fuzz-made", json=body)
                    assert answer.is_success, answer.text
                self.ids["erasure_id"] = (await self._post("/erasures", "POST /erasures"))["erasure_id"]

    async def _customers(self) -> None:
        for name, who in (("customer_id", "4711"), ("other_id", "4712"), ("third_id", "4713")):
            body = {
                "identifiers": [{"kind": "external_id", "value": who, "source": "shop"},
                                {"kind": "email", "value": f"fuzz-{who}@example.test"}],
                "attributes": {"given_name": "Ada"},
            }  # fmt: skip
            made = await self._made("/customers", body)
            self.ids[name] = made["customer_id"]
            self.ids.setdefault("identifier_id", made["identifiers"][0]["identifier_id"])
        merge = await self._made("/merges", {"survivor": self.ids["other_id"], "absorbed": self.ids["third_id"]})
        self.ids["merge_id"] = merge["merge_id"]
        definition = {"name": "hat_size", "type": "number", "purpose": "To suggest hats"}
        self.ids["name"] = (await self._made("/attributes", definition))["name"]
        self.ids["import_id"] = await self._file(b"Mail;Born;No\nada@example.test;10.12.1985;1\n")
        related = {"kind": "referrer_of", "other_id": self.ids["other_id"]}
        path = f"/customers/{self.ids['customer_id']}/relations"
        self.ids["relation_id"] = (await self._made(path, related))["relation_id"]
        self.ids["duplicate_id"] = str(new_id())
        pair = {name: self.ids[name] for name in ("customer_id", "other_id")}
        async with self.app.state.context.database.transaction() as tx:
            await tx.execute(_PAIR, {**pair, "id": self.ids["duplicate_id"]})

    async def _file(self, content: bytes) -> str:
        answer = await self.client.post("/imports", params={"file_name": "some.csv"}, content=content)
        assert answer.is_success, f"POST /imports: {answer.status_code} {answer.text}"
        return str(answer.json()["import_id"])

    async def _post(self, path: str, key: str) -> Any:
        return await self._made(path, GOODS[self.service][key][0])

    async def _made(self, path: str, body: Any) -> Any:
        answer = await self.client.post(path, json=body)
        assert answer.is_success, f"POST {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def dead_letter(self) -> None:
        """An open one, for doors that want one."""
        identifier = new_id()
        async with self.app.state.context.database.transaction() as tx:
            await tx.execute("delete from dead_letters where consumer = 'fuzz'")
            await tx.execute(_LETTER, {"id": identifier})
        self.ids["id"] = str(identifier)
        if self.service == "privacy":
            # Each door of a request wants one that is open.
            body = GOODS["privacy"]["POST /requests"][0] | {"identity_checked": True}
            asking = {"external_id": {"source": "shop", "id": f"asking-{identifier}"}}
            self.ids["request_id"] = (await self._made("/requests", body | {"customer": asking}))["request_id"]
