"""What a segment may speak of: event kinds, their properties, attributes, and how long facts are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


class Type(Enum):
    """The type of a property or an attribute. A value of another type counts as missing."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"  # integer minor units of the base currency
    QUANTITY = "quantity"  # a number of pieces or of kilograms, to six decimals
    BOOLEAN = "boolean"
    DATE = "date"  # "1990-05-01", midnight UTC
    DATETIME = "datetime"  # "2024-05-01T10:00:00Z"; without an offset it is UTC
    STRINGS = "strings"  # a list of strings


NUMERIC = frozenset({Type.INTEGER, Type.NUMBER, Type.MONEY, Type.QUANTITY})
SUMMABLE = frozenset({Type.INTEGER, Type.MONEY, Type.QUANTITY})  # exact in any order; other floats are not
DATES = frozenset({Type.DATE, Type.DATETIME})

_LINE = {
    "product": Type.STRING,
    "category": Type.STRING,
    "brand": Type.STRING,
    "department": Type.STRING,
    "quantity": Type.QUANTITY,
    "amount": Type.MONEY,
}

EVENTS: Mapping[str, Mapping[str, Type]] = MappingProxyType(
    {
        "purchase": {"amount": Type.MONEY, "items": Type.INTEGER, "store": Type.STRING, "channel": Type.STRING},
        "purchase_line": _LINE,
        "return": {"amount": Type.MONEY, "items": Type.INTEGER, "store": Type.STRING, "channel": Type.STRING},
        "return_line": _LINE,
        "contact": {"channel": Type.STRING, "direction": Type.STRING, "outcome": Type.STRING},
        "exposure": {"channel": Type.STRING, "campaign": Type.STRING},
        "response": {"kind": Type.STRING, "channel": Type.STRING, "campaign": Type.STRING},
        # `kind` is what somebody did (product_viewed, added_to_cart …), or the name of an event of the firm's own.
        "browsing": {
            "kind": Type.STRING,
            "channel": Type.STRING,
            "product": Type.STRING,
            "category": Type.STRING,
            "brand": Type.STRING,
        },
        "custom": {"kind": Type.STRING, "channel": Type.STRING},
    }
)
"""The kinds of facts. Product fields live on lines only: a basket has no category."""

RETURNS: Mapping[str, str] = MappingProxyType({"purchase": "return", "purchase_line": "return_line"})
"""What is taken off the sums and counts of an event that are net of returns."""

SCORES: Mapping[str, Type] = MappingProxyType(
    {
        "rfm_group": Type.STRING,
        **dict.fromkeys(("r", "f", "m"), Type.INTEGER),
        "spend_percentile": Type.NUMBER,
        "p_active": Type.NUMBER,
        "purchases_expected": Type.NUMBER,
        "clv": Type.MONEY,
    }
)
"""Scores of a customer. They change with a fit, and with nothing else."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The vocabulary a definition is checked against. None means that any name is accepted."""

    attributes: Mapping[str, Type] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of attributes that have few
    scores: Mapping[str, Type] = field(default_factory=lambda: SCORES)
    score_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of scores that have few
    score_bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # lowest and highest possible
    events: Mapping[str, Mapping[str, Type]] = field(default_factory=lambda: EVENTS)
    retention: int | None = None  # microseconds that facts are kept; None: for ever
    segments: frozenset[str] | None = None
    lists: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
