"""The body that the document shows for each operation is accepted."""

from __future__ import annotations

import httpx

from services.privacy.words import EXAMPLES
from shared.ids import new_id


async def test_every_example_is_accepted(client: httpx.AsyncClient) -> None:
    """Catches an example that the door refuses: whoever begins begins with it."""
    assert len(EXAMPLES) >= 9
    for operation, example in EXAMPLES.items():
        method, path = operation.split(" ")
        answer = await client.request(method, path.format(customer_id=new_id()), json=example)
        assert answer.is_success, f"{operation}: {answer.text}"
