"""Read and set the policy over all campaigns and the stop-all switch."""

from __future__ import annotations

from services.campaigns.gate.schemas import PolicyIn, PolicyOut, SwitchIn, SwitchOut
from services.campaigns.gate.service import policies
from shared.web import APIRouter, CallerDep, TxDep, requires

router = APIRouter(tags=["policy"])


@router.get("/policies", dependencies=[requires("campaigns:read")])
async def read_policy(tx: TxDep) -> PolicyOut:
    """Caps and quiet hours of all marketing campaigns."""
    return PolicyOut.of(await policies.get_policy(tx))


@router.put("/policies", dependencies=[requires("campaigns:send")])
async def set_policy(tx: TxDep, body: PolicyIn) -> PolicyOut:
    """Holds from the next claim on."""
    return PolicyOut.of(await policies.set_policy(tx, body.policy()))


@router.get("/switch", dependencies=[requires("campaigns:read")])
async def read_switch(tx: TxDep) -> SwitchOut:
    """Whether every hand-over is halted."""
    return SwitchOut.of(await policies.get_policy(tx))


@router.put("/switch", dependencies=[requires("campaigns:send")])
async def throw_switch(tx: TxDep, caller: CallerDep, body: SwitchIn) -> SwitchOut:
    """Halt every hand-over at once, or let them go on; after a restore with a word about what waited."""
    return SwitchOut.of(await policies.throw_switch(tx, halted=body.halted, waiting=body.waiting, by=caller.id))
