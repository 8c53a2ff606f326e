"""Read whether the sender is paused, and let it go on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from services.campaigns.config import Settings
from services.campaigns.delivery import service
from services.campaigns.delivery.schemas import SenderOut
from services.campaigns.settings.service import effective
from shared.web import APIRouter, TxDep, requires
from shared.web.context import app_settings

router = APIRouter(prefix="/sender", tags=["sender"])
SettingsDep = Annotated[Settings, Depends(app_settings)]


@router.get("", dependencies=[requires("campaigns:read")])
async def read_sender(tx: TxDep, settings: SettingsDep) -> SenderOut:
    """Whether the provider refuses the sender, since when and until when nothing is handed over; and the DNS records of
    the keys that sign its mails."""
    settings = await effective(tx, settings)
    pause = await service.find_pause(tx, settings.sender_address)
    return SenderOut.of(settings.sender_address, pause, service.published_keys(settings))


@router.post("/resume", dependencies=[requires("campaigns:send")])
async def resume_sender(tx: TxDep, settings: SettingsDep) -> SenderOut:
    """Hand over again at once: what the provider complained of was put right. It pauses again if it was not."""
    settings = await effective(tx, settings)
    await service.resume_sender(tx, settings.sender_address)
    return SenderOut.of(settings.sender_address, None, service.published_keys(settings))
