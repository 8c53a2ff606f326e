"""What holds over all campaigns: caps, quiet hours, the stop-all switch."""

from __future__ import annotations

from datetime import datetime

from services.campaigns.gate.domain.policy import Policy, Switchboard, Waiting
from services.campaigns.gate.errors import RestoredNotConfirmed
from services.campaigns.gate.repository import policies
from services.campaigns.messages.service import settling
from shared.database.transaction import Tx


async def get_policy(tx: Tx) -> Switchboard:
    """The policy and whether the switch is thrown."""
    return await policies.switchboard(tx)


async def set_policy(tx: Tx, policy: Policy) -> Switchboard:
    """The policy holds from the next claim on."""
    await policies.switchboard(tx, lock=True)
    await policies.save_policy(tx, policy)
    return await policies.switchboard(tx)


async def halt_restored(tx: Tx, taken_at: datetime, by: str) -> None:
    """The ledger came from a backup of that instant: nothing is handed over until somebody has decided about what
    waits."""
    await policies.throw_switch(tx, halted=True, by=by, at=tx.now)
    await policies.store_restored(tx, taken_at)


async def throw_switch(tx: Tx, *, halted: bool, waiting: Waiting | None = None, by: str) -> Switchboard:
    """Every hand-over is halted at once, or they go on. Nothing is lost: messages wait. In a restored ledger those that
    are due may have been sent after the backup: by `waiting` they become unknown, or are sent. Raises
    RestoredNotConfirmed."""
    board = await policies.switchboard(tx, lock=True)
    if board.restored_from is not None and not halted:
        if waiting is None:
            raise RestoredNotConfirmed(
                f"The ledger came from a backup of {board.restored_from:%Y-%m-%d %H:%M:%S} UTC; what is due may have "
                "been sent after that.",
                cure='Send "waiting": "unknown" and it is never sent by itself, or "send" if nothing ran since.',
                where="/waiting",
                due=await settling.count_due(tx),
            )
        if waiting == "unknown":
            await settling.declare_due_unknown(tx)
        await policies.store_restored(tx, None)
    await policies.throw_switch(tx, halted=halted, by=by, at=tx.now)
    return await policies.switchboard(tx)
