"""Check a campaign's templates before it is saved, started, or called valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.campaigns.campaigns.domain.campaign import Definition
from services.campaigns.campaigns.domain.fields import fields_of
from services.campaigns.campaigns.errors import InvalidTemplate, ServiceUnavailable
from services.campaigns.content.clients import LetterWriters
from services.campaigns.content.domain.content import Content, Fault
from services.campaigns.content.domain.names import ALWAYS, TemplateField
from services.campaigns.delivery.clients import NoAnswer, ServiceClients
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class TemplateCheck:
    """Asks customers which attributes there are, and the process that writes letters to try them out."""

    services: ServiceClients
    writers: LetterWriters
    clock: Clock

    async def faults_of(self, content: Content, of_entry: Sequence[TemplateField], *, marketing: bool) -> list[Fault]:
        """Everything wrong with the templates of one message, which may use what is known of customers and `of_entry`.
        Raises ServiceUnavailable."""
        fields = (*await customer_fields(self.services), *of_entry)
        return await self.writers.check(content, fields, self.clock.now(), marketing=marketing)

    async def refuse_bad(self, definition: Definition) -> None:
        """Raises InvalidTemplate with every fault, each with its part and line; ServiceUnavailable."""
        faults = await self.faults_of(
            definition.content, fields_of(definition.trigger), marketing=definition.is_marketing
        )
        if faults:
            raise InvalidTemplate(
                f"{len(faults)} fault(s) in the templates.",
                cure="Mend these lines; GET /templates/fields lists the names that there are.",
                errors=[
                    {
                        "where": f"/content/{fault.part}",
                        "what": f"line {fault.line}: {fault.what}",
                        "cure": "Mend this line.",
                    }
                    for fault in faults
                ],
            )


async def customer_fields(services: ServiceClients) -> tuple[TemplateField, ...]:
    """What every template may use: of customers, of the campaign, the link. Raises ServiceUnavailable."""
    try:
        attributes = await services.card_fields()
    except NoAnswer as error:
        raise ServiceUnavailable(
            "customers does not answer, so nobody knows which attributes templates may use.",
            cure="Try again in a moment.",
            retry_after=2,
        ) from error
    known = {field.path for field in ALWAYS}
    return (*ALWAYS, *(field for field in attributes if field.path not in known))
