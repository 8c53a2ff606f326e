"""What holds over all campaigns: caps, quiet hours, the stop-all switch."""

from __future__ import annotations

from services.campaigns.gate.domain.policy import Policy, Switchboard
from services.campaigns.gate.repository import policies
from shared.database.transaction import Tx


async def get_policy(tx: Tx) -> Switchboard:
    """The policy and whether the switch is thrown."""
    return await policies.switchboard(tx)


async def set_policy(tx: Tx, policy: Policy) -> Switchboard:
    """The policy holds from the next claim on."""
    await policies.switchboard(tx, lock=True)
    await policies.save_policy(tx, policy)
    return await policies.switchboard(tx)


async def throw_switch(tx: Tx, *, halted: bool, by: str) -> Switchboard:
    """Every hand-over is halted at once, or they go on. Nothing is lost: messages wait."""
    await policies.throw_switch(tx, halted=halted, by=by, at=tx.now)
    return await policies.switchboard(tx)
