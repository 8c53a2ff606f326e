"""The body that the document shows for each operation is accepted."""

from __future__ import annotations

import httpx

from services.customers.words import EXAMPLES
from tests.component.customers.builders import a_customer, created
from tests.component.customers.conftest import as_

# They need a file, a pair or a relation first: their own tests make one.
_ELSEWHERE = {
    "PUT /imports/{import_id}/mapping",
    "POST /duplicates/{duplicate_id}/confirm",
    "PATCH /relations/{relation_id}",
}


async def test_every_example_is_accepted(api: httpx.AsyncClient) -> None:
    """Catches an example that the door refuses: whoever begins begins with it."""
    first, second = await created(api), await created(api)
    given = {"survivor": first["customer_id"], "absorbed": second["customer_id"], "other_id": second["customer_id"]}
    other = await api.post("/customers", json=a_customer(identifiers=[{"kind": "phone", "value": "+442079460009"}]))
    ids = {
        "name": "shoe_size",
        "customer_id": other.json()["customer_id"],
        "identifier_id": other.json()["identifiers"][0]["identifier_id"],
    }
    assert len(EXAMPLES) >= 10
    for operation, example in EXAMPLES.items():
        if operation in _ELSEWHERE:
            continue
        method, path = operation.split(" ")
        body = {name: given.get(name, value) for name, value in example.items()}
        headers = as_("anyone") | ({"If-Match": "*"} if method == "PATCH" else {})
        answer = await api.request(method, path.format(**ids), json=body, headers=headers)
        assert answer.is_success, f"{operation}: {answer.text}"
