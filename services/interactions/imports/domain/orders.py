"""The rows of one order, read by the mapping: one purchase, or one return where money went back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from services.interactions.imports.domain.mapping import (
    CHANNELS,
    IDENTIFIERS,
    MATCH_KEYS,
    MOMENTS,
    NUMBERS,
    OF_THE_LINE,
    ORDER,
    Terms,
)
from services.interactions.rates.domain import PLACES
from shared.files.formats import NUMBER_FORMATS, Unreadable, read_amount, read_moment
from shared.files.imports.domain import RefusedRow
from shared.files.mapping import IGNORE, Mapped
from shared.files.sheets import SheetRow, plain_cell

# Stands for the goods where no column names a product, as at the other doors.
UNNAMED = "not-named"
MOST_LINES = 1000
OF_THE_SAME_ORDER = "another row of the same order is refused"
TOO_MANY_LINES = f"the order has more than {MOST_LINES} lines"
# Of a day without a time of day: the day is the same in UTC for every zone that people trade in.
_NOON = time(12)
_FEWER = Decimal("0.000001")
_LONGEST_NUMBER = 80
_MOST_DIGITS = 18
_DATE, _NUMBER = "YYYY-MM-DD", "1234.5"


@dataclass(frozen=True, slots=True)
class Reading:
    """All that is needed to read the rows of one file; `came` is when it did: nothing in it can be later."""

    columns: Sequence[str]
    mapping: Mapped
    formats: Mapping[str, Sequence[str]]
    terms: Terms
    came: datetime
    places: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {column: place for place, column in enumerate(self.columns)})

    def column_of(self, meaning: str) -> str:
        """The heading of the column with that meaning; the meaning itself where no column has it."""
        return next((mapped.column for mapped in self.mapping if mapped.to == meaning), meaning)


@dataclass(frozen=True, slots=True)
class OrderRead:
    """An order that can be taken: `event` is the message as any publisher would send it."""

    number: str
    rows: Sequence[SheetRow]
    event: Mapping[str, Any]


@dataclass(slots=True)
class _Line:
    row: SheetRow
    customer: dict[str, Any] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, Decimal] = field(default_factory=dict)


def order_key(row: SheetRow, reading: Reading) -> bytes:
    """By which the rows of one order are brought together. A row without a number is by itself."""
    place = reading.places[reading.column_of(ORDER)]
    number = plain_cell(row.cells[place]) if place < len(row.cells) else ""
    return blake2b(number.encode() if number else b"\0row %d" % row.number, digest_size=16).digest()


def message_id_of(number: str) -> str:
    """By which the order is known among those of its source: sent again, also in another file, it is recorded once."""
    if len(number) <= _LONGEST_NUMBER and number.isprintable():
        return f"order {number}"
    return f"order-{blake2b(number.encode(), digest_size=20).hexdigest()}"


def read_order(rows: Sequence[SheetRow], reading: Reading) -> OrderRead | list[RefusedRow]:
    """The order that these rows are. One row that cannot be read refuses all: half an order is a wrong sum."""
    if len(rows) > MOST_LINES:
        return [RefusedRow(row, TOO_MANY_LINES) for row in rows]
    lines: list[_Line] = []
    reasons: dict[int, str] = {}
    for row in rows:
        try:
            lines.append(_read_line(row, reading))
        except Unreadable as fault:
            reasons[row.number] = str(fault)
    if reasons:
        return _all_refused(rows, reasons)
    try:
        customer = _agreed(lines, "customer", reading)
        order = _agreed(lines, "order", reading)
        if not any(kind in customer for kind in MATCH_KEYS):
            raise Unreadable("names nobody: e-mail, card and external id are empty")
        if "ordered_at" not in order:
            raise Unreadable(f"{reading.column_of('ordered_at')}: is empty")
        return OrderRead(order[ORDER], rows, _event(customer, order, lines, reading))
    except Unreadable as fault:
        return [RefusedRow(row, str(fault)) for row in rows]


def _read_line(row: SheetRow, reading: Reading) -> _Line:
    if len(row.cells) != len(reading.columns):
        raise Unreadable(f"has {len(row.cells)} cells where the heading has {len(reading.columns)}")
    read = _Line(row)
    for mapped in reading.mapping:
        cell = plain_cell(row.cells[reading.places[mapped.column]])
        if mapped.to == IGNORE or not cell:
            continue
        form = mapped.format or next(iter(reading.formats.get(mapped.column, ())), "")
        try:
            if mapped.to in IDENTIFIERS:
                read.customer[mapped.to] = {"source": mapped.source, "id": cell} if mapped.to == "external_id" else cell
            elif mapped.to in NUMBERS:
                read.numbers[mapped.to] = Decimal(read_amount(cell, form if form in NUMBER_FORMATS else _NUMBER))
            elif mapped.to in OF_THE_LINE:
                read.line[mapped.to] = cell
            else:
                read.order[mapped.to] = _of_the_order(mapped.to, cell, form, reading)
        except Unreadable as fault:
            raise Unreadable(f"{mapped.column}: {fault}") from None
    if ORDER not in read.order:
        raise Unreadable(f"{reading.column_of(ORDER)}: is empty")
    return read


def _of_the_order(meaning: str, cell: str, form: str, reading: Reading) -> Any:
    if meaning in MOMENTS:
        return _moment(cell, form if "Y" in form else _DATE, reading)
    if meaning == "currency":
        code = {"€": "EUR", "$": "USD", "£": "GBP"}.get(cell, cell.upper())
        if code not in PLACES:
            raise Unreadable("is no currency of ISO 4217, such as EUR")
        return code
    if meaning == "channel":
        if cell.casefold() not in CHANNELS:
            raise Unreadable(f"is none of: {', '.join(CHANNELS)}")
        return cell.casefold()
    return cell


def _moment(cell: str, form: str, reading: Reading) -> datetime:
    day, clock, offset = read_moment(cell, form)
    zone = offset or ZoneInfo(reading.terms.time_zone)
    try:
        at = datetime.combine(day, clock or _NOON, zone).astimezone(UTC)
    except OverflowError:
        raise Unreadable("is a day that nobody can have ordered on") from None
    # What was ordered on the day of the file, at a time that is not told, was ordered before the file came.
    return min(at, reading.came) if clock is None and day == reading.came.astimezone(zone).date() else at


def _agreed(lines: Sequence[_Line], part: str, reading: Reading) -> dict[str, Any]:
    """What the rows say together: an empty cell says nothing, two that differ refuse the order."""
    found: dict[str, Any] = {}
    for line in lines:
        for name, value in getattr(line, part).items():
            if found.setdefault(name, value) != value:
                raise Unreadable(f"{reading.column_of(name)}: differs within the order")
    return found


def _event(
    customer: Mapping[str, Any], order: Mapping[str, Any], lines: Sequence[_Line], reading: Reading
) -> dict[str, Any]:
    currency = order.get("currency", reading.terms.currency)
    made = [_line(line, PLACES[currency], reading) for line in lines]
    # Money that went back is a return, with amounts that are positive.
    kind = "purchase"
    if sum(line["amount"] for line in made) < 0:
        kind = "return"
        made = [{**line, **_turned(line)} for line in made]
    told = ("store", "payment") if kind == "purchase" else ("store",)
    named = {name: order[name] for name in told if name in order}
    return {
        "type": kind,
        "message_id": message_id_of(order[ORDER]),
        "time": order["ordered_at"].isoformat(),
        "customer": dict(customer),
        "origin": "history",
        "data": {
            "channel": order.get("channel", reading.terms.channel),
            "currency": currency,
            "order_id": order[ORDER],
            "lines": made,
            **named,
        },
    }


def _line(line: _Line, places: int, reading: Reading) -> dict[str, Any]:
    numbers = line.numbers
    quantity = numbers.get("quantity", Decimal(1))
    discount = abs(_minor(numbers, "discount", places, reading))
    if "unit_price" in numbers:
        amount = _rounded(numbers["unit_price"] * quantity, places, reading.column_of("unit_price")) - discount
    elif "amount" in numbers:
        amount = _minor(numbers, "amount", places, reading)
    else:
        wanted = "amount" if "amount" in {mapped.to for mapped in reading.mapping} else "unit_price"
        raise Unreadable(f"{reading.column_of(wanted)}: is empty")
    made: dict[str, Any] = {
        "product_id": UNNAMED,
        **line.line,
        "quantity": float(abs(quantity)),
        "amount": amount,
        "discount": discount,
        "tax": _minor(numbers, "tax", places, reading),
    }
    return made | ({"cost": _minor(numbers, "cost", places, reading)} if "cost" in numbers else {})


def _turned(line: Mapping[str, Any]) -> dict[str, int]:
    """The amounts of a line of a return: what went back, and tax and cost with it, by their size."""
    turned = {"amount": -line["amount"], "tax": abs(line["tax"])}
    return turned | ({"cost": abs(line["cost"])} if "cost" in line else {})


def _minor(numbers: Mapping[str, Decimal], name: str, places: int, reading: Reading) -> int:
    """An amount in minor units. A computed cell holds 19.989999999999998; 19.985 is not an amount of money."""
    number = numbers.get(name, Decimal(0))
    minor = _rounded(number, places, reading.column_of(name))
    if abs(number.scaleb(places) - minor) > _FEWER:
        raise Unreadable(f"{reading.column_of(name)}: has more decimals than the currency")
    return minor


def _rounded(number: Decimal, places: int, column: str) -> int:
    if number.adjusted() > _MOST_DIGITS:
        raise Unreadable(f"{column}: is a number that no amount can be")
    return int(number.scaleb(places).quantize(Decimal(1), ROUND_HALF_UP))


def _all_refused(rows: Sequence[SheetRow], reasons: Mapping[int, str]) -> list[RefusedRow]:
    return [RefusedRow(row, reasons.get(row.number, OF_THE_SAME_ORDER)) for row in rows]
