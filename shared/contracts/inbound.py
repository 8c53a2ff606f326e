"""Messages that publishers send, over HTTP and Kafka alike; strict, so that an unknown field is refused."""

from __future__ import annotations

from typing import Annotated, Literal, TypeGuard
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints
from pydantic_core import PydanticCustomError

from shared.contracts.interactions import BrowsingAction, Channel, ResponseKind
from shared.contracts.times import Instant
from shared.customers.spelling import names_nobody

# Not blank: a blank identifier would make one customer of all who have it.
Code = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$")
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
Minor = Annotated[int, Field(ge=-(10**13), le=10**13, description="integer minor units of the currency")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
TraitValue = str | int | float | bool | list[str] | None


class Strict(BaseModel):
    """A part of a publisher's message: unknown fields are refused, types are not guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _somebody(kind: str) -> AfterValidator:
    """Refuses what stands for a missing value: it would make one customer of everybody of whom the same is missing."""

    def check(value: str) -> str:
        if names_nobody(kind, value):
            raise PydanticCustomError(
                "names_nobody", "{value} stands for a missing value and names nobody", {"value": repr(value)[:60]}
            )
        return value

    return AfterValidator(check)


class ExternalId(Strict):
    """The customer's id in a storefront (`source`)."""

    source: Code
    id: Annotated[Code, _somebody("external_id")]


class CustomerRef(Strict):
    """Who it was, by any identifier the publisher has. Precedence: customer_id, external_id, card, email."""

    customer_id: UUID | None = None
    external_id: ExternalId | None = None
    card: Annotated[Code, _somebody("card")] | None = None
    email: (
        Annotated[str, StringConstraints(max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$"), _somebody("email")]
        | None
    ) = None
    phone: (
        Annotated[str, StringConstraints(max_length=32, pattern=r"^\+?[0-9 ()./-]{4,32}$"), _somebody("phone")] | None
    ) = None
    visitor: ExternalId | None = Field(
        None,
        description="the anonymous id of a browser or app. Alone it makes no customer: what is recorded waits for an "
        "`identify` that names the visitor and somebody",
    )


class LineIn(Strict):
    """One line of a purchase or return; `amount` is what was paid for the line, after `discount`."""

    product_id: Code
    quantity: Annotated[float, Field(ge=0, le=10**9)]
    amount: Minor
    discount: Minor = 0
    tax: Minor = 0
    cost: Minor | None = None
    category: Code | None = None
    department: Code | None = None
    brand: Code | None = None


class PurchaseIn(Strict):
    """A purchase with its lines."""

    channel: Channel
    currency: Currency
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=1000)]
    store: Code | None = None
    payment: Code | None = None
    order_id: Code | None = None


class ReturnIn(Strict):
    """Goods that came back, whole or in part, also before their purchase is known here. Amounts are positive."""

    channel: Channel
    currency: Currency
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=1000)]
    order_id: Code | None = None
    store: Code | None = None


class ContactIn(Strict):
    """A contact; `note` is free text and stays in the interactions database."""

    channel: Channel
    direction: Literal["in", "out"]
    topic: Code | None = None
    outcome: Code | None = None
    agent: Code | None = None
    duration_s: Annotated[int, Field(ge=0, le=86_400)] | None = None
    note: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] | None = None


class ExposureIn(Strict):
    """A campaign message shown outside our own channels."""

    channel: Channel
    campaign_id: UUID
    message_id: UUID
    step: Code = "send"


class ResponseIn(Strict):
    """A response to a message."""

    kind: ResponseKind
    channel: Channel
    campaign_id: UUID | None = None
    message_id: UUID | None = None
    link: Text | None = None


class BrowsingIn(Strict):
    """What somebody looked at, searched for or put into a cart. `path`, `title` and `query` stay in the interactions
    database: people write whatever they like there."""

    channel: Channel
    action: BrowsingAction
    path: Text | None = None
    title: Text | None = None
    query: Text | None = None
    product_id: Code | None = None
    category: Code | None = None
    brand: Code | None = None
    quantity: Annotated[float, Field(ge=0, le=10**9)] | None = None
    cart_id: Code | None = None


class CustomIn(Strict):
    """Something of the firm's own: `name` is a type that it has registered (POST /event-types), by whose schema
    `properties` are checked. `undeclared` is for clients that declare nothing: kept as it is, and told nobody."""

    channel: Channel
    name: Code
    properties: Annotated[dict[Code, JsonValue], Field(max_length=200)] = Field(default_factory=dict)
    undeclared: bool = False


class IdentifyIn(Strict):
    """Nothing yet: an identification says all it has to say in `customer` and `traits`."""


class _Message(Strict):
    message_id: Code
    time: Instant
    customer: CustomerRef
    traits: Annotated[dict[Code, TraitValue], Field(max_length=50)] = Field(default_factory=dict)
    origin: Literal["live", "history"] = "live"


class PurchaseMessage(_Message):
    type: Literal["purchase"]
    data: PurchaseIn


class ReturnMessage(_Message):
    type: Literal["return"]
    data: ReturnIn


class ContactMessage(_Message):
    type: Literal["contact"]
    data: ContactIn


class ExposureMessage(_Message):
    type: Literal["exposure"]
    data: ExposureIn


class ResponseMessage(_Message):
    type: Literal["response"]
    data: ResponseIn


class BrowsingMessage(_Message):
    type: Literal["browsing"]
    data: BrowsingIn


class CustomMessage(_Message):
    type: Literal["custom"]
    data: CustomIn


class IdentifyMessage(_Message):
    """Who somebody is, and nothing that happened: customers is told, and no interaction is recorded."""

    type: Literal["identify"]
    data: IdentifyIn = Field(default_factory=IdentifyIn)


InboundMessage = Annotated[
    PurchaseMessage
    | ReturnMessage
    | ContactMessage
    | ExposureMessage
    | ResponseMessage
    | BrowsingMessage
    | CustomMessage
    | IdentifyMessage,
    Field(discriminator="type"),
]


def is_basket(message: object) -> TypeGuard[PurchaseMessage | ReturnMessage]:
    """Whether it is a purchase or a return. Not isinstance: pydantic's takes a microsecond for each class that the
    object is none of, and every event is asked several times."""
    return type(message) in _BASKETS


_BASKETS = (PurchaseMessage, ReturnMessage)


class InboundRecord(Strict):
    """What lies on `interactions-inbound`: a message and who published it (over HTTP: the API key's id)."""

    publisher: Code
    received_at: Instant | None = None
    message: InboundMessage
