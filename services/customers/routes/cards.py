"""Contact cards for campaigns."""

from __future__ import annotations

from services.customers.routes.common import SettingsDep
from services.customers.schemas.cards import CardOut, CardsIn, CardsOut
from services.customers.service.cards import contact_cards
from shared.web import APIRouter, TxDep, requires

router = APIRouter(tags=["cards"])


@router.post("/cards", dependencies=[requires("customers:cards")])
async def cards(tx: TxDep, settings: SettingsDep, body: CardsIn) -> CardsOut:
    """Up to 500 at once, in the order asked; aliases are followed."""
    return CardsOut(cards=[CardOut.of(one) for one in await contact_cards(tx, settings, body.customer_ids)])
