"""Values of a statement: every one travels as a parameter with its type, none is written into the text."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.analytics.segments.domain.instants import to_datetime


class Parameters:
    """The parameters of one statement; equal values share one."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._names: dict[tuple[str, str], str] = {}

    def add(self, value: Any, kind: str) -> str:
        """The text that stands for a value of an SQL type."""
        key = (kind, repr(value))
        name = self._names.setdefault(key, f"p{len(self._names)}")
        self.values[name] = value
        return f"cast(:{name} as {kind})"

    def text(self, value: str) -> str:
        """A text."""
        return self.add(value, "text")

    def texts(self, values: Iterable[str]) -> str:
        """An array of texts."""
        return self.add(list(values), "text[]")

    def number(self, value: int | float) -> str:
        """A number: by its shortest decimal, which orders as the numbers themselves do."""
        return self.add(Decimal(repr(value)), "numeric")

    def numbers(self, values: Iterable[int | float]) -> str:
        """An array of numbers."""
        return self.add([Decimal(repr(value)) for value in values], "numeric[]")

    def instant(self, value: int) -> str:
        """An instant, given in microseconds."""
        return self.add(to_datetime(value), "timestamptz")

    def day(self, value: date) -> str:
        """A calendar date."""
        return self.add(value, "date")

    def ids(self, values: Iterable[UUID]) -> str:
        """An array of customers."""
        return self.add(list(values), "uuid[]")
