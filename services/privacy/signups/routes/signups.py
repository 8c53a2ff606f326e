"""Sign-ups by key, and the cards from which campaigns writes the confirmations."""

from __future__ import annotations

from fastapi import Request

from services.privacy.identity.service import hashing_of
from services.privacy.signups.domain import make_token
from services.privacy.signups.routes.doorway import admit, ages_of, client, settings_of
from services.privacy.signups.schemas import CardOut, CardsIn, CardsOut, SignUpIn, SignUpOut
from services.privacy.signups.service.confirming import waiting
from services.privacy.signups.service.requesting import sign_up
from shared.security.link_keys import numbered
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires

router = APIRouter(prefix="/signups", tags=["sign-up"])


@router.post("", status_code=202, dependencies=[requires("privacy:signup", pages=True)])
async def request_sign_up(
    body: SignUpIn, request: Request, tx: TxDep, context: ContextDep, caller: CallerDep
) -> SignUpOut:
    """Ask an address by mail whether it wants what was ticked (double opt-in). A key that stands in a page may."""
    if caller.trust == "browser":
        await admit(request, context)
    wanted = body.request(caller.id, client(request, context))
    hashing = hashing_of(context.settings)
    valid_h = settings_of(context).signup_valid_h
    return SignUpOut(signup_id=await sign_up(tx, hashing, wanted, ages=ages_of(context), valid_h=valid_h))


@router.post("/cards", dependencies=[requires("privacy:permits")])
async def show_cards(body: CardsIn, tx: TxDep, context: ContextDep) -> CardsOut:
    """Where confirmations go: for the service that sends them, at the moment of sending."""
    keys = context.settings.signing_keys()
    found = await waiting(tx, hashing_of(context.settings), body.signup_ids)
    return CardsOut(
        items=[
            CardOut.of(signup, person, numbered(keys.current, make_token(keys.signing, signup.signup_id)))
            for signup, person in found
        ]
    )
