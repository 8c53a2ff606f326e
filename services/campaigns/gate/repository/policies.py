"""The policy and the stop-all switch."""

from __future__ import annotations

from datetime import datetime

import orjson
from pydantic import TypeAdapter

from services.campaigns.gate.domain.policy import Policy, Switchboard
from shared.database.transaction import Tx

_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)


async def switchboard(tx: Tx, *, lock: bool = False) -> Switchboard:
    """The policy and the switch."""
    row = await tx.row(f"select * from policies where name = 'default' {'for update' if lock else ''}")
    assert row is not None, "the migration makes this row"
    policy = _POLICY.validate_json(orjson.dumps(row["policy"]))
    return Switchboard(policy, row["version"], row["halted"], row["halted_by"], row["halted_at"], row["restored_from"])


async def save_policy(tx: Tx, policy: Policy) -> None:
    """The policy from now on."""
    await tx.execute(
        "update policies set policy = cast(:policy as jsonb), version = version + 1 where name = 'default'",
        {"policy": _POLICY.dump_json(policy).decode()},
    )


async def throw_switch(tx: Tx, *, halted: bool, by: str, at: datetime) -> None:
    """Halt every hand-over, or let them go on."""
    await tx.execute(
        "update policies set halted = :halted, halted_by = :by, halted_at = :at where name = 'default'",
        {"halted": halted, "by": by, "at": at},
    )


async def store_restored(tx: Tx, taken_at: datetime | None) -> None:
    """From which backup the ledger came; None when somebody has decided about what waited."""
    await tx.execute("update policies set restored_from = :at where name = 'default'", {"at": taken_at})
