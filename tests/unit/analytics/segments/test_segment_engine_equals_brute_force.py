"""The engine against brute force: random definitions, random lives, every second compared.

What it would catch: a window closed at the wrong edge, a forgotten wake-up, a late event that changes nothing, a state
that loses something on its way through its bytes, a rebuild that differs from the stream.
"""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings

from services.analytics.segments.domain.engine import advance, encode, rebuild
from tests.oracle import world
from tests.oracle.cases import cases, in_zone
from tests.oracle.replay import Case, net, replay
from tests.unit.analytics.segments.segment_stream import Stream, instant, ordered

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def check(case: Case, make: type[Stream] = Stream) -> None:
    """The stream says what the oracle says, when the oracle says it; and a rebuild ends in the same state."""
    expected = replay(case)
    stream = make(case).run()
    stream.keep(advance(stream.program, stream.load(), instant(case.end), (), stream.history()))
    assert ordered(net(stream.changes)) == ordered(net(expected.changes))
    assert stream.members == {second: expected.members[second] for second in stream.members}
    again = rebuild(stream.program, case.customer, stream.history(), instant(case.end))
    if not stream.overflowed:
        assert encode(stream.program, again.state) == stream.stored
        assert not stream.idle_wakes, "a wake-up that changes no membership"
    assert again.state.word == stream.load().word


@pytest.mark.timeout(600)
@settings(max_examples=2_000, deadline=None, derandomize=True, database=None, suppress_health_check=CHECKS)
@given(case=cases())
def test_the_stream_equals_brute_force_at_every_second(case: Case) -> None:
    check(case)


# Half a minute before a clock changes: midnight is skipped, comes again, comes half an hour late; a day of 23 hours.
CLOCKS = [
    ("Africa/Cairo", datetime(2024, 4, 25, 21, 59, 30, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 2, 18, 1, 59, 30, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 2, 18, 2, 59, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2024, 4, 6, 14, 59, 30, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2024, 3, 31, 21, 59, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "base"), CLOCKS, ids=lambda given: str(given)[:16])
@settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=CHECKS)
@given(case=cases())
def test_calendars_end_right_where_clocks_change(zone: str, base: datetime, case: Case) -> None:
    """Catches a day that ends an hour early, twice, or never."""
    with patch.object(world, "BASE", base):
        check(in_zone(case, zone))


@pytest.mark.long
@pytest.mark.timeout(1_800)
@settings(max_examples=20_000, deadline=None, database=None, suppress_health_check=CHECKS)
@given(case=cases())
def test_the_stream_equals_brute_force_at_every_second_of_many_more_lives(case: Case) -> None:
    check(case)
