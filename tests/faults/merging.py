"""Two accounts are joined, and parted again, by the operator who looks both up."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.faults.history import Outcome
from tests.faults.product import Doors
from tests.faults.script import Step, token_of

_OPERATOR = "operator"
_LOOKS, _LOOK_S = 10, 0.5


async def merge_or_undo(doors: Doors, step: Step) -> tuple[Outcome, bool]:
    """The outcome, and whether it would be the same again: who is not known yet may be a moment later."""
    for _ in range(_LOOKS):
        survivor, absorbed = await _found(doors, step.who), await _found(doors, step.other)
        if survivor is not None and absorbed is not None:
            break
        # What they bought is still on its way to customers.
        await asyncio.sleep(_LOOK_S)
    else:
        return "failed", False
    if step.op == "merge":
        if survivor["customer_id"] == absorbed["customer_id"]:
            return "ok", True
        path, body = "/merges", {"survivor": survivor["customer_id"], "absorbed": absorbed["customer_id"]}
    else:
        # Both are found under the id that stands for them now.
        merge = await _merge_of(doors, survivor["customer_id"])
        if merge is None:
            return "failed", False
        path, body = f"/merges/{merge}/undo", {}
    answer = await doors.call(
        "POST", "customers", path, _OPERATOR, json=body, headers={"Idempotency-Key": token_of(step.id)}
    )
    if answer.is_success:
        return "ok", True
    return ("failed", True) if answer.status_code < 500 else ("unknown", False)


async def _found(doors: Doors, who: str) -> dict[str, Any] | None:
    wanted = {"kind": "external_id", "source": "shop", "value": who}
    answer = await doors.call("POST", "customers", "/customers/search", _OPERATOR, json={"identifier": wanted})
    items = answer.json()["items"] if answer.is_success else []
    return items[0] if items else None


async def _merge_of(doors: Doors, survivor: str) -> str | None:
    answer = await doors.call("GET", "customers", f"/merges?limit=100&customer_id={survivor}", _OPERATOR)
    merges = answer.json()["items"] if answer.is_success else []
    standing = [merge["merge_id"] for merge in merges if merge["survivor"] == survivor and not merge["undone_at"]]
    return standing[0] if standing else None
