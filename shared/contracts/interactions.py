"""Events of `interactions`: purchases, returns, contacts, exposures, responses."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Fact, Part
from shared.contracts.times import Instant

Channel = Literal["store", "web", "app", "phone", "email", "sms", "post", "chat", "visit", "social", "other"]
ResponseKind = Literal[
    "delivered", "opened", "clicked", "replied", "bought", "refused", "complained", "bounced", "unsubscribed"
]

BrowsingAction = Literal[
    "page_viewed", "screen_viewed", "product_viewed", "list_viewed", "searched", "cart_viewed", "added_to_cart",
    "removed_from_cart", "checkout_started",
]  # fmt: skip

CaseKind = Literal["complaint", "question", "request", "fault", "other"]
CaseState = Literal["open", "pending", "solved", "closed", "reopened"]
CasePriority = Literal["low", "normal", "high", "urgent"]


class Line(Part):
    """One line of a basket. Amounts are integer minor units of the purchase's currency, what the customer paid for the
    line after `discount`; `quantity` may be fractional (goods by weight)."""

    product_id: str
    quantity: float
    amount: int
    discount: int = 0
    tax: int = 0
    cost: int | None = None
    category: str | None = None
    department: str | None = None
    brand: str | None = None


class PurchaseRecorded(Fact):
    """A basket was bought. `amount` is the sum of its lines in minor units of `currency` (ISO 4217);
    `base_amount` is the same in the firm's base currency, None when no rate is known (kept, marked unvalued)."""

    TYPE: ClassVar[str] = "interactions.purchase_recorded.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    interaction_id: UUID
    channel: Channel
    currency: str
    amount: int
    base_amount: int | None
    lines: list[Line]
    store: str | None = None
    payment: str | None = None
    order_id: str | None = None


class ReturnRecorded(Fact):
    """Goods came back; amounts are positive and are subtracted from net figures at the time of the return."""

    TYPE: ClassVar[str] = "interactions.return_recorded.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    interaction_id: UUID
    channel: Channel
    currency: str
    amount: int
    base_amount: int | None
    lines: list[Line]
    order_id: str | None = None
    store: str | None = None


class ContactRecorded(Fact):
    """A contact in either direction. `topic` and `outcome` are codes, never free text."""

    TYPE: ClassVar[str] = "interactions.contact_recorded.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    interaction_id: UUID
    channel: Channel
    direction: Literal["in", "out"]
    topic: str | None = None
    outcome: str | None = None
    agent: str | None = None
    duration_s: int | None = None


class ExposureRecorded(Fact):
    """A campaign's message was handed over to this customer."""

    TYPE: ClassVar[str] = "interactions.exposure_recorded.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    interaction_id: UUID
    channel: Channel
    campaign_id: UUID
    message_id: UUID
    step: str = "send"


class ResponseRecorded(Fact):
    """The customer's response to a message; `message_id` is the ledger row's id when it is known."""

    TYPE: ClassVar[str] = "interactions.response_recorded.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    interaction_id: UUID
    kind: ResponseKind
    channel: Channel
    campaign_id: UUID | None = None
    message_id: UUID | None = None
    link: str | None = None


class BrowsingRecorded(Fact):
    """A customer looked at something, searched, or changed a cart. What the page was called and what was searched for
    stay where they were recorded. Nothing is told of visitors who are not known."""

    TYPE: ClassVar[str] = "interactions.browsing_recorded.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    interaction_id: UUID
    channel: Channel
    action: BrowsingAction
    product_id: str | None = None
    category: str | None = None
    brand: str | None = None
    quantity: float | None = None
    cart_id: str | None = None


class CustomRecorded(Fact):
    """Something of a type that the firm has registered. `properties` are those which it marks as segmentable."""

    TYPE: ClassVar[str] = "interactions.custom_recorded.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    interaction_id: UUID
    channel: Channel
    name: str
    properties: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class ProductChanged(Fact):
    """A product of the catalogue as it now stands, with its price and cost of now (minor units of `currency`); None is
    not known. Compacted: the last one of each product stays on the topic."""

    TYPE: ClassVar[str] = "interactions.product_changed.v1"
    TOPIC: ClassVar[str] = "catalogue"

    product_id: str
    kind: Literal["product", "service", "bundle"]
    name: str
    category: str | None = None
    department: str | None = None
    brand: str | None = None
    stock: float | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    substitutes: list[str] = Field(default_factory=list)
    complements: list[str] = Field(default_factory=list)
    withdrawn: bool = False
    price: int | None = None
    cost: int | None = None
    currency: str | None = None


class Retracted(Part):
    """An interaction that was taken back: its id, that of the event which told of it, and when it had occurred."""

    interaction_id: UUID
    event_id: UUID
    time: Instant


class InteractionsRetracted(Fact):
    """These interactions of the customer were recorded by mistake and are gone, as when an import is undone: whoever
    keeps them as facts deletes them and works out anew what followed from them. Nothing that was sent comes back."""

    TYPE: ClassVar[str] = "interactions.retracted.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    interactions: list[Retracted]


class Identifier(Part):
    """A name by which a publisher knows a customer. `source` is the storefront for `external_id`."""

    kind: Literal["external_id", "card", "email", "phone"]
    value: str = Field(min_length=1, max_length=320)
    source: str | None = None


class IdentityObserved(Fact):
    """Identifiers and traits as a publisher sent them; carries personal data, so it travels only on `customers-inbound`
    (seven days at most), where `customers` alone listens. `trust` is that of the publisher's key."""

    TYPE: ClassVar[str] = "interactions.identity_observed.v1"
    TOPIC: ClassVar[str] = "customers-inbound"

    identifiers: list[Identifier]
    derived_from: Identifier | None
    generation: int = 0
    traits: dict[str, str | int | float | bool | list[str] | None] = Field(default_factory=dict)
    publisher: str
    trust: Literal["server", "browser"] = "server"


class CaseChanged(Fact):
    """A service case was opened, or is in another state or of another priority. What it is about and what was said stay
    where they were recorded. A case is active while it is open, pending or reopened."""

    TYPE: ClassVar[str] = "interactions.case_changed.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    case_id: UUID
    kind: CaseKind
    state: CaseState
    priority: CasePriority

    @property
    def open_complaint(self) -> bool:
        """Whether it is a complaint that is not solved."""
        return self.kind == "complaint" and self.state in ("open", "pending", "reopened")


class InteractionsErasureDone(Fact):
    """Receipt: what `interactions` erased for a request, store by store, and what it still finds (must be 0)."""

    TYPE: ClassVar[str] = "interactions.erasure_done.v1"
    TOPIC: ClassVar[str] = "interactions-events"

    request_id: UUID
    stores: dict[str, int]
    remaining: dict[str, int]
