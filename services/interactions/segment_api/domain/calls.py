"""One call of the Segment API: the event that it is, or why it is none."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from services.interactions.segment_api.domain.happenings import happening_of, plain_name
from services.interactions.segment_api.domain.orders import basket_of
from services.interactions.segment_api.domain.people import reference_of, text_of, traits_of
from services.interactions.segment_api.domain.times import time_of

LARGEST_CALL = 32 * 1024
CALLS = ("identify", "track", "page", "screen", "group", "alias")
_LONGEST_ID = 100
# Retries change these; a call without an id is known by all the others.
_OF_THE_JOURNEY = frozenset({"sentAt", "receivedAt", "_metadata", "writeKey"})
# The second name of each is that of the first e-commerce specification.
_BASKETS = {
    "order completed": "purchase",
    "completed order": "purchase",
    "order refunded": "return",
    "refunded order": "return",
}
_APPS = re.compile(r"ios|android|swift|kotlin|react-native|flutter|xamarin|maui")

Reason = Literal["anonymous"]


@dataclass(frozen=True, slots=True)
class Reading:
    """By what calls are read: whose account ids `userId` has, the batch's `sentAt`, when it came, what money is."""

    source: str
    sent_at: Any
    received: datetime
    base_currency: str


@dataclass(frozen=True, slots=True)
class NotKept:
    """A good call of which nothing is recorded: it says something of a visitor who is nobody yet, or names nobody."""

    reason: Reason


class CallRefused(Exception):
    """A call that cannot be read; `fault` says why, as events' refusals do."""

    def __init__(self, reason: str, where: str, what: str, cure: str) -> None:
        super().__init__(what)
        self.fault = {"reason": reason, "where": where, "what": what, "cure": cure}


def event_of(call: Any, reading: Reading) -> dict[str, Any] | NotKept:
    """The event to publish, still to be checked. Raises CallRefused."""
    if not isinstance(call, dict):
        raise CallRefused("wrong-field", "", "the item is no object", "send one object for each call")
    packed = _packed(call)
    if len(packed) > LARGEST_CALL:
        raise CallRefused("event-too-large", "", f"larger than {LARGEST_CALL} bytes", "send less with one event")
    kind = call.get("type")
    if kind not in CALLS:
        raise CallRefused("unknown-call", "/type", "the type of the call is not known", f"send {', '.join(CALLS)}")
    properties, traits = _object(call.get("properties")), _object(_object(call.get("context")).get("traits"))
    type, data = "identify", dict[str, Any]()
    if kind == "identify":
        traits = _object(call.get("traits"))
    elif kind == "track" and (basket := _BASKETS.get(plain_name(call.get("event")))):
        type, data = basket, basket_of(properties, _channel(call), reading.base_currency)
        traits = {"email": properties.get("email"), **traits}
    elif kind != "alias":
        type, data = happening_of(call, kind, properties, _channel(call))
    customer = reference_of(text_of(call.get("userId")), reading.source, traits)
    # An alias says whose the former id is, which browsers send when somebody signs in.
    visitor = text_of(call.get("previousId" if kind == "alias" else "anonymousId"))
    if customer is None and (type == "identify" or visitor is None):
        return NotKept("anonymous")
    if visitor is not None and (customer is None or type == "identify"):
        customer = {**(customer or {}), "visitor": {"source": reading.source, "id": visitor[:_LONGEST_ID]}}
    return {
        "type": type,
        "message_id": message_id_of(call),
        "time": time_of(call, reading.sent_at, reading.received),
        "customer": customer,
        "traits": traits_of(traits),
        "data": data,
    }


def content_of(call: dict[str, Any], event: dict[str, Any]) -> bytes:
    """By which a retry is known: all that the event says, and the time as its client told it. The event's own time is
    reckoned from when it was sent and received, and so is another at each attempt. Raises CallRefused."""
    told = call.get("originalTimestamp") or call.get("timestamp")
    said = {**event, "time": told, "message_id": None}
    return hashlib.blake2b(_packed(said), digest_size=8).digest()


def message_id_of(call: dict[str, Any]) -> str:
    """Its `messageId`; without one a digest of what a retry does not change."""
    given = text_of(call.get("messageId"))
    if given is None:
        kept = {name: value for name, value in call.items() if name not in _OF_THE_JOURNEY}
        return f"content-{_digest(_packed(kept))}"
    return given if len(given) <= _LONGEST_ID else f"id-{_digest(given.encode('utf-8', 'replace'))}"


def where_in_call(pointer: str) -> str:
    """The place in the call of what the check of events found at `pointer` in the event made of it."""
    for ours, theirs in _PLACES.items():
        if pointer == ours or pointer.startswith(f"{ours}/"):
            return theirs + pointer[len(ours) :]
    return pointer


_PLACES = {
    "/customer/visitor": "/anonymousId",
    "/customer/external_id/id": "/userId",
    "/customer/external_id": "/userId",
    "/customer": "/traits",
    "/message_id": "/messageId",
    "/time": "/timestamp",
    "/data/lines": "/properties/products",
    "/data/properties": "/properties",
    "/data/name": "/event",
    "/data": "/properties",
}


def _packed(call: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(call, option=orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError):
        # An integer beyond 64 bits, half a surrogate pair, hundreds of levels: readable, and nothing we could store.
        what = "a value that does not fit 64 bits, is no text or is nested too deep"
        raise CallRefused("malformed-json", "", what, "send plain values") from None


def _digest(value: bytes) -> str:
    return hashlib.blake2b(value, digest_size=20).hexdigest()


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _channel(call: dict[str, Any]) -> str:
    """Apps are told by their client's name; everything else is a web shop or its server."""
    library = _object(_object(call.get("context")).get("library")).get("name")
    app = call.get("channel") == "mobile" or (isinstance(library, str) and _APPS.search(library.lower()))
    return "app" if app else "web"
