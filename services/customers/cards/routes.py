"""The route by which campaigns ask for contact cards."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from services.customers.cards.schemas import CardFieldOut, CardFieldsOut, CardOut, CardsIn, CardsOut
from services.customers.cards.service import card_fields, contact_cards
from services.customers.config import Settings
from shared.web import APIRouter, TxDep, requires
from shared.web.context import app_settings

router = APIRouter(tags=["cards"])
SettingsDep = Annotated[Settings, Depends(app_settings)]


@router.post("/cards", dependencies=[requires("customers:cards")])
async def cards(tx: TxDep, settings: SettingsDep, body: CardsIn) -> CardsOut:
    """Up to 500 at once, in the order asked; aliases are followed."""
    return CardsOut(cards=[CardOut.of(card) for card in await contact_cards(tx, settings, body.customer_ids)])


@router.get("/cards/fields", dependencies=[requires("customers:cards")])
async def fields(tx: TxDep) -> CardFieldsOut:
    """The attributes that a card may hold, by which templates are checked before they are saved."""
    return CardFieldsOut(fields=[CardFieldOut.of(definition) for definition in await card_fields(tx)])
