"""Check a journey before it is saved, published or called valid."""

from __future__ import annotations

from services.campaigns.campaigns.domain.campaign import EventTrigger
from services.campaigns.campaigns.domain.fields import fields_of
from services.campaigns.campaigns.errors import NotForService, ServiceScopeMissing
from services.campaigns.campaigns.service.campaigns import SERVICE_SCOPE
from services.campaigns.campaigns.service.checks import TemplateCheck
from services.campaigns.campaigns.service.readiness import odd_purpose, refuse_segment
from services.campaigns.journeys.domain.checking import Fault, faults_of, warnings_of
from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.errors import InvalidJourney
from shared.database.transaction import Tx
from shared.errors import Refusal
from shared.security.api_keys import Principal


async def refuse_bad(templates: TemplateCheck, definition: Definition) -> None:
    """Raises InvalidJourney with every fault of the whole and of its templates, each with its place and a cure;
    ServiceUnavailable."""
    faults = faults_of(definition)
    of_entry = fields_of(definition.entry) if isinstance(definition.entry, EventTrigger) else ()
    for name, send in definition.sends:
        for fault in await templates.faults_of(send.content, of_entry, marketing=definition.is_marketing):
            faults.append(
                Fault(
                    f"/nodes/{name}/content/{fault.part}",
                    f"line {fault.line}: {fault.what}",
                    "Mend this line; GET /templates/fields lists the names that there are.",
                )
            )
    if faults:
        raise InvalidJourney(
            f"{len(faults)} fault(s): {faults[0].where}: {faults[0].what}.",
            cure=faults[0].cure if len(faults) == 1 else "Each of `errors` says where and what to do.",
            errors=[{"where": fault.where, "what": fault.what, "cure": fault.cure} for fault in faults],
        )


def refuse_service(definition: Definition, caller: Principal) -> None:
    """Raises ServiceScopeMissing or NotForService: what needs nobody's consent follows an event of the customer's own,
    somebody answers for the reason, and not every key may decide it."""
    if definition.is_marketing:
        if definition.service_reason is not None:
            raise NotForService(
                "Only the purpose `service` has a reason.", cure="Leave it out.", where="/service_reason"
            )
        return
    if SERVICE_SCOPE not in caller.scopes:
        raise ServiceScopeMissing(
            f"A journey of the purpose `service` needs the scope {SERVICE_SCOPE}.",
            cure=f"Use a key that has {SERVICE_SCOPE}, or another purpose.",
            where="/purpose",
            scope=SERVICE_SCOPE,
        )
    if definition.service_reason is None:
        raise NotForService(
            "The purpose `service` needs no consent, so somebody must answer for a reason.",
            cure="Say why in `service_reason`.",
            where="/service_reason",
        )
    if not isinstance(definition.entry, EventTrigger):
        raise NotForService(
            "A service message follows an event of the customer's own.", cure="Enter by an event.", where="/entry"
        )


async def refuse_unready(tx: Tx, definition: Definition) -> None:
    """Raises SegmentNotReady for a segment by which customers enter, or on which steps depend, that is not live."""
    if (entry := definition.entry_segment) is not None:
        await refuse_segment(tx, entry, where="/entry/segment_id")
    for segment in sorted(definition.segments):
        await refuse_segment(tx, segment, where="/nodes")


async def warnings(tx: Tx, definition: Definition) -> list[str]:
    """What would keep the journey from starting, or may be a mistake."""
    told = [*warnings_of(definition)]
    if any(True for _ in definition.sends) and (odd := await odd_purpose(tx, definition.purpose, "email")):
        told.append(odd)
    try:
        await refuse_unready(tx, definition)
    except Refusal as refusal:
        told.append(refusal.detail)
    return told
