"""How callers name purposes, channels and addresses when they record consent, ask for a permit or list an address."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.inbound import Strict

Purpose = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,49}$"),
    Field(description="what for, in the firm's own words (marketing, news.wine); `service` needs no consent"),
]
ChannelName = Literal["email", "sms", "post", "phone"]
AddressText = Annotated[str, StringConstraints(min_length=3, max_length=500, pattern=r"^[^\x00-\x08]+$")]


class AddressIn(Strict):
    """An address as it is used on a channel. Only its keyed hash is kept."""

    channel: ChannelName
    address: AddressText
