"""Contact cards over HTTP."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.customers.attributes.domain.definitions import AttributeType, Definition, Value
from services.customers.cards.domain import Card
from services.customers.profiles.domain.customer import Status
from shared.web.models import AnswerModel, StrictModel

MOST_CARDS = 500


class CardsIn(StrictModel):
    """Whose cards."""

    customer_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_CARDS)]


class CardOut(AnswerModel):
    """`customer_id` is the id asked for, `current_id` who that is now. `found` is false for unknown and erased ones."""

    customer_id: UUID
    current_id: UUID | None
    found: bool
    status: Status | None
    name: str | None
    email: str | None
    phone: str | None
    language: str | None
    time_zone: str | None
    attributes: dict[str, Value]

    @classmethod
    def of(cls, card: Card) -> Self:
        """The answer that shows this card."""
        fields = {name: getattr(card, name) for name in cls.model_fields}
        return cls(**{**fields, "attributes": dict(card.attributes)})


class CardsOut(AnswerModel):
    """A card for each id, in the order asked."""

    cards: list[CardOut]


class CardFieldOut(AnswerModel):
    """An attribute that a card may hold."""

    name: str
    type: AttributeType
    label: str

    @classmethod
    def of(cls, definition: Definition) -> Self:
        """The answer that shows this attribute."""
        return cls(name=definition.name, type=definition.type, label=definition.label)


class CardFieldsOut(AnswerModel):
    """Every attribute that a card may hold, by name."""

    fields: list[CardFieldOut]
