"""The body that the document shows is accepted."""

from __future__ import annotations

import httpx

from services.interactions.words import EXAMPLES
from tests.component.interactions.conftest import AGENT, MERCHANT, OPERATOR, as_


async def test_every_example_is_accepted(api: httpx.AsyncClient) -> None:
    """Catches an example that the door refuses: whoever begins begins with it."""
    case_id = ""
    for operation, example in EXAMPLES.items():
        method, path = operation.split(" ")
        key = {"products": MERCHANT, "cases": AGENT}.get(path.split("/")[1], OPERATOR)
        path = path.replace("{case_id}", case_id)
        answer = await api.request(method, path, json=example, headers=as_(key))
        assert answer.is_success, f"{operation}: {answer.text}"
        if operation == "POST /cases":
            case_id = answer.json()["id"]
