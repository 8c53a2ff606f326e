"""What templates may use."""

from __future__ import annotations

from services.campaigns.campaigns.domain.conditions import EventName
from services.campaigns.campaigns.domain.fields import EVENT_FIELDS
from services.campaigns.campaigns.routes.tools import SendingToolsDep
from services.campaigns.campaigns.schemas.templates import TemplateFieldsOut
from services.campaigns.campaigns.service.checks import customer_fields
from shared.web import APIRouter, requires

router = APIRouter(prefix="/templates", tags=["templates"])


@router.get("/fields", dependencies=[requires("campaigns:read")])
async def list_fields(tools: SendingToolsDep, event: EventName | None = None) -> TemplateFieldsOut:
    """Every name that a template may use; with `event` also what a campaign that this event triggers gives it. Names
    that are not listed are refused when a campaign is saved."""
    known = await customer_fields(tools.services)
    return TemplateFieldsOut.of((*known, *(EVENT_FIELDS[event] if event is not None else ())))
