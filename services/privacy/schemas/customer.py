"""How callers name customers, purposes, channels and addresses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.privacy.domain.suppression import SERVICE
from services.privacy.service.customers import Reference
from shared.contracts.inbound import CustomerRef, Strict
from shared.contracts.interactions import Identifier

Purpose = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,49}$"),
    Field(description=f"what for, in the firm's own words (marketing, news.wine); `{SERVICE}` needs no consent"),
]
ChannelName = Literal["email", "sms", "post", "phone"]
AddressText = Annotated[str, StringConstraints(min_length=3, max_length=500, pattern=r"^[^\x00-\x08]+$")]
Person = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]


class AddressIn(Strict):
    """An address as it is used on a channel. Only its keyed hash is kept."""

    channel: ChannelName
    address: AddressText


def reference(customer: CustomerRef) -> Reference:
    """The customer as the use cases take it."""
    identifiers = []
    if customer.external_id is not None:
        named = customer.external_id
        identifiers.append(Identifier(kind="external_id", value=named.id, source=named.source))
    if customer.card is not None:
        identifiers.append(Identifier(kind="card", value=customer.card))
    if customer.email is not None:
        identifiers.append(Identifier(kind="email", value=customer.email))
    return Reference(customer.customer_id, tuple(identifiers))
