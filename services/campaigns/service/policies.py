"""What holds over all campaigns: caps, quiet hours, the stop-all switch."""

from __future__ import annotations

from services.campaigns.domain.campaign import Policy, Switchboard
from services.campaigns.repository import campaigns
from shared.database.transaction import Tx


async def get_policy(tx: Tx) -> Switchboard:
    """The policy and the switch as they stand."""
    return await campaigns.switchboard(tx)


async def set_policy(tx: Tx, policy: Policy) -> Switchboard:
    """The policy holds from the next claim on."""
    await campaigns.switchboard(tx, lock=True)
    await campaigns.save_policy(tx, policy)
    return await campaigns.switchboard(tx)


async def throw_switch(tx: Tx, *, halted: bool, by: str) -> Switchboard:
    """Every hand-over is halted at once, or they go on. Nothing is lost: messages wait."""
    await campaigns.throw_switch(tx, halted=halted, by=by, at=tx.now)
    return await campaigns.switchboard(tx)
