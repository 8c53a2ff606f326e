"""Rules for well-formed messages, checked at both doors before they are accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from services.interactions.identity.domain import identifiers_of
from services.interactions.rates.domain import PLACES, wrong_with_currency
from services.interactions.recording.domain.interactions import origin_of
from services.interactions.recording.domain.messages import Message
from shared.contracts.envelope import Origin
from shared.contracts.inbound import TraitValue, is_basket
from shared.customers.identifiers import choose_identifier, normalise

# Clocks of publishers differ; more than this ahead of ours is a mistake (times the business clock's factor).
FUTURE_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_MAX_TRAIT_TEXT = 1_000
_MAX_TRAIT_LIST = 100
_A_DAY = timedelta(days=1)
_INT64 = 2**63 - 1
_MOST_NESTED = 8
_LONGEST_TEXT = 32_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: `reason` is a slug to count by, `where` a JSON pointer, `cure` what to do."""

    reason: str
    where: str
    what: str
    cure: str


def problems_of(message: Message, now: datetime, factor: float = 1.0) -> list[Problem]:
    """Everything that forbids recording `message` at the business instant `now`; empty when it may be accepted."""
    tolerance = FUTURE_TOLERANCE if factor <= 1.0 else FUTURE_TOLERANCE * factor
    wrong_time = list(_of_time(message.time, now, tolerance))
    return [
        *wrong_time,
        *_of_customer(message),
        *_of_traits(message.traits),
        # Currencies have their days: a time that cannot be has none.
        *([] if wrong_time else _of_basket(message, now)),
        *_of_properties(message),
    ]


def _of_time(time: datetime, now: datetime, tolerance: timedelta) -> Iterator[Problem]:
    if time > now + tolerance:
        yield Problem(
            "future-time",
            "/time",
            f"the event would occur after now ({now.isoformat()})",
            "send the time at which it occurred, with its UTC offset, and check the publisher's clock",
        )
    elif time < EARLIEST:
        yield Problem("ancient-time", "/time", "the event is dated before 1900", "send the time at which it occurred")


def _of_customer(message: Message) -> Iterator[Problem]:
    customer = message.customer
    # Nothing is left of such a card; of the others the contract itself refuses all that have no sign to be known by.
    if customer.card is not None and not normalise("card", customer.card).strip("+"):
        yield Problem("names-nobody", "/customer/card", "the card is blank", "leave it out")
    anonymous = (
        customer.customer_id is None
        and customer.external_id is None
        and customer.email is None
        and choose_identifier(identifiers_of(customer)) is None
    )
    if anonymous and (customer.visitor is None or message.type == "identify"):
        yield Problem(
            "no-identifier",
            "/customer",
            "nothing here says who the customer is (a phone alone is shared too often)",
            "send at least one of customer_id, external_id, card or email; or visitor, for what a stranger did",
        )


def _of_traits(traits: dict[str, TraitValue]) -> Iterator[Problem]:
    for name, value in traits.items():
        what = _wrong_with(value)
        if what:
            where = f"/traits/{name.replace('~', '~0').replace('/', '~1')}"
            yield Problem("bad-trait", where, what, "send a shorter or plainer value")


def _wrong_with(value: TraitValue) -> str | None:
    if isinstance(value, list):
        if len(value) > _MAX_TRAIT_LIST:
            return f"a list of more than {_MAX_TRAIT_LIST}"
        return next(filter(None, map(_wrong_with, value)), None)
    if isinstance(value, str):
        if len(value) > _MAX_TRAIT_TEXT:
            return f"a text of more than {_MAX_TRAIT_TEXT} characters"
        return "a text with a null character" if "\x00" in value else None
    if isinstance(value, int) and abs(value) > _INT64:
        return "an integer beyond 64 bits"
    return None


def _of_basket(message: Message, now: datetime) -> Iterator[Problem]:
    # A time before 1900 or to come is refused as such; at the ends of the calendar it has no day in another zone.
    if not is_basket(message) or not EARLIEST <= message.time <= now + _A_DAY:
        return
    currency = message.data.currency
    if currency not in PLACES and (wrong := wrong_with_currency(currency, message.time.astimezone(UTC).date())):
        cure = "send the three-letter code of what was paid with on that day, such as EUR"
        yield Problem("unknown-currency", "/data/currency", wrong, cure)
    total = sum(line.amount for line in message.data.lines)
    # What was given away is history that somebody may want whole; at the till it is mostly a price that is missing.
    if total < 0 or (total == 0 and origin_of(message.origin, message.time, now) is Origin.LIVE):
        yield Problem(
            "empty-total",
            "/data/lines",
            f"the amounts of the lines sum to {total}",
            "send what was paid for each line, in minor units; a basket that cost nothing is recorded as history only",
        )


def _of_properties(message: Message) -> Iterator[Problem]:
    if message.type != "custom":
        return
    for name, value in message.data.properties.items():
        if what := _wrong_with_property(value, _MOST_NESTED):
            where = f"/data/properties/{name.replace('~', '~0').replace('/', '~1')}"
            yield Problem("bad-property", where, what, "send a shorter or plainer value")


def _wrong_with_property(value: JsonValue, levels: int) -> str | None:
    if isinstance(value, dict | list):
        if not levels:
            return f"nested deeper than {_MOST_NESTED} levels"
        inside = [*value, *value.values()] if isinstance(value, dict) else value
        return next(filter(None, (_wrong_with_property(part, levels - 1) for part in inside)), None)
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"a text of more than {_LONGEST_TEXT} characters"
    return "a text with a null character" if isinstance(value, str) and "\x00" in value else _beyond(value)


def _beyond(value: JsonValue) -> str | None:
    return "an integer beyond 64 bits" if isinstance(value, int) and abs(value) > _INT64 else None
