"""Birthdays and the days around them, on the calendars of zones whose days have 23, 24 or 25 hours.

What it would catch: a birthday that ends an hour before or after its day does, and a week before it that does.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.analytics.segments.domain.engine import AttributeChange
from services.analytics.segments.domain.engine.leaves import leaf_of
from services.analytics.segments.domain.instants import NEVER
from services.analytics.segments.domain.language import parse
from tests.oracle.brute import attribute_holds
from tests.oracle.world import BASE
from tests.unit.analytics.segments.segment_stream import VOCABULARY, instant

SPANS: list[dict[str, str]] = [{}, {"before": "P1D"}, {"before": "P7D", "after": "P0D"}, {"after": "PT5400S"},
                               {"before": "PT7200S", "after": "P2D"}]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "year", "month", "day"),
    [
        ("Europe/Berlin", 2024, 3, 31), ("Europe/Berlin", 2024, 10, 27), ("America/New_York", 2024, 11, 3),
        ("America/Sao_Paulo", 2018, 11, 4), ("America/Havana", 2024, 11, 3), ("Asia/Beirut", 2024, 3, 31),
        ("Australia/Lord_Howe", 2024, 4, 7), ("UTC", 2024, 2, 28),
    ],
)  # fmt: skip
@pytest.mark.parametrize("span", SPANS)
def test_a_birthday_is_its_calendar_day(zone: str, year: int, month: int, day: int, span: dict[str, str]) -> None:
    tree: dict[str, Any] = {"attr": "born", "op": "anniversary", "value": span, "zone": zone}
    leaf = leaf_of(parse(tree, VOCABULARY), 0)
    middle = int((datetime(year, month, day, 12, tzinfo=UTC) - BASE).total_seconds())
    for apart in (-1, 0, 1, 7):
        born = datetime(1990, month, day, tzinfo=UTC).toordinal() + apart
        value = datetime.fromordinal(born).date().isoformat()
        data = leaf.take(None, AttributeChange("", 0, "born", value))
        for second in range(middle - 3 * 86_400, middle + 3 * 86_400, 1_800):
            found, change = leaf.answer(data, instant(second))
            assert found is attribute_holds(tree, value, second), (value, second - middle)
            if change < NEVER:
                assert leaf.answer(data, change)[0] is not found
                assert leaf.answer(data, change - 1)[0] is found


@pytest.mark.parametrize(("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25), ("2024-06-01", 24)])
def test_a_birthday_is_as_long_as_its_day(day: str, hours: int) -> None:
    leaf = leaf_of(parse({"attr": "born", "op": "anniversary", "value": {}, "zone": "Europe/Berlin"}, VOCABULARY), 0)
    data = leaf.take(None, AttributeChange("", 0, "born", f"1990{day[4:]}"))
    _, start = leaf.answer(data, instant(0))
    assert leaf.answer(data, start) == (True, start + hours * 3_600_000_000)
