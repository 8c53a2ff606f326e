"""What the fields of interactions' API are, and a body of each operation that is accepted."""

from __future__ import annotations

from typing import Any

from shared.web.words import Words

FIELDS = {
    "accepted": "events that the broker has confirmed",
    "amount": "what was paid or brought back, in minor units of the currency",
    "base_amount": "the same in minor units of the base currency; null without a rate of that day",
    "campaign_id": "the campaign that it answers or belongs to",
    "channel": "where it happened",
    "counts": "by kind and origin",
    "cure": "what to do about it",
    "currency": "ISO 4217",
    "customer_id": "the customer it is about, as far as known at the door",
    "day": "from this day on, until another rate follows",
    "detail": "the rest of what was sent",
    "errors": "each thing that is wrong",
    "errors_left_out": "refused lines beyond the first 1,000",
    "id": "the interaction's id",
    "index": "its place in the batch, from 0",
    "interactions": "how many",
    "kind": "purchase, return, contact, exposure or response",
    "lines": "lines read",
    "message_id": "the publisher's id of the message",
    "origin": "live, history, or how else it came here",
    "publisher": "who sent it",
    "rate": "the price of one whole unit of the currency in whole units of the base currency",
    "rates": "by currency and day",
    "reason": "a word to count by",
    "recorded_at": "when it was recorded",
    "refused": "events that were not accepted",
    "results": "one for each item, in order",
    "since": "the beginning of the period, inclusive",
    "status": "accepted or refused",
    "time": "when it happened",
    "until": "the end of the period, exclusive",
    "what": "what is wrong",
    "CallsReceived.refused": "the first 50 calls that were refused",
    "RatesSet.rates": "how many rates hold now",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "PUT /rates": {"rates": [{"currency": "GBP", "day": "2026-05-01", "rate": "1.25"}]}
}
WORDS = Words(FIELDS, EXAMPLES)
