"""What templates may use of the event that led to a message."""

from __future__ import annotations

from services.campaigns.campaigns.domain.campaign import EventTrigger, Trigger
from services.campaigns.campaigns.domain.conditions import EventName
from services.campaigns.content.domain.names import TemplateField

# So many lines of a basket go into a message.
MOST_LINES = 50
LINE = ("product_id", "quantity", "amount", "discount", "category", "department", "brand")

_TIME = TemplateField(
    "event.time", "moment", "when it happened; the filters `date` and `day` tell it in the customer's zone"
)
_BASKET = (
    _TIME,
    TemplateField("event.channel", "text", "store, web, app, phone …"),
    TemplateField("event.store", "text", "the store's code"),
    TemplateField("event.order_id", "text", "the order's number"),
    TemplateField("event.currency", "currency", "ISO 4217, for the filter `money`"),
    TemplateField("event.amount", "amount", "in minor units: {{ event.amount | money: event.currency }}"),
    TemplateField("event.base_amount", "amount", "the same in the firm's currency"),
    TemplateField("event.lines[].product_id", "text", "{% for line in event.lines %} … {% endfor %}, at most 50 lines"),
    TemplateField("event.lines[].quantity", "number", "how many, or how much"),
    TemplateField("event.lines[].amount", "amount", "paid for the line, in minor units"),
    TemplateField("event.lines[].discount", "amount", "taken off the line, in minor units"),
    TemplateField("event.lines[].category", "text", "the product's category"),
    TemplateField("event.lines[].department", "text", "the product's department"),
    TemplateField("event.lines[].brand", "text", "the product's brand"),
)
EVENT_FIELDS: dict[EventName, tuple[TemplateField, ...]] = {
    "purchase": (*_BASKET, TemplateField("event.payment", "text", "how it was paid")),
    "return": _BASKET,
    "contact": (
        _TIME,
        TemplateField("event.channel", "text", "phone, email, visit, chat …"),
        TemplateField("event.topic", "text", "the code of what it was about"),
        TemplateField("event.outcome", "text", "the code of how it ended"),
    ),
    "response": (
        _TIME,
        TemplateField("event.kind", "text", "opened, clicked, replied …"),
        TemplateField("event.channel", "text", "email, sms …"),
        TemplateField("event.link", "text", "the link that was clicked"),
    ),
}


def fields_of(trigger: Trigger) -> tuple[TemplateField, ...]:
    """What the trigger gives to templates; a segment gives nothing."""
    return EVENT_FIELDS[trigger.event] if isinstance(trigger, EventTrigger) else ()
