"""How far the services are, as the lane takes it: the pure part of the watermarks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.analytics.lane.streams.watermarks import Watermarks, marked_services
from shared.contracts.watermark import Watermark
from tests.fakes import FixedClock

AT = datetime(2017, 6, 1, 12, tzinfo=UTC)


def received(*services: str, **until: float) -> Watermarks:
    """Watermarks of `services`; the named ones sent one, so many seconds before AT."""
    found = Watermarks(services)
    found.complete = True
    for service, seconds in until.items():
        found.update(Watermark(service=service, until=AT - timedelta(seconds=seconds)))
    return found


def ago(watermarks: Watermarks, clock: FixedClock | None = None) -> float:
    """How many seconds before AT everything is covered."""
    least = watermarks.least(clock or FixedClock(AT))
    assert least is not None
    return (AT - least).total_seconds()


def test_the_slowest_service_decides() -> None:
    """Catches a lapse while one of the topics may still get what was recorded before it."""
    assert ago(received("interactions", "privacy", interactions=700, privacy=0.1)) == 700


def test_a_service_without_a_watermark_stops_nothing() -> None:
    """Catches an installation without a service in which nobody lapses, and blind trust in the rest."""
    assert ago(received("interactions", "privacy")) == 0.3
    assert ago(received("interactions", "privacy", interactions=0.1)) == 0.3
    assert ago(received("interactions", "privacy", interactions=20)) == 20


def test_nothing_is_covered_before_the_topic_was_read() -> None:
    """Catches a worker that takes a silent service for one that was never there, because it looked too early."""
    assert Watermarks(["interactions"]).least(FixedClock(AT)) is None


def test_a_watermark_never_goes_back() -> None:
    """Catches an old relay that speaks once more after its successor."""
    found = received("interactions", interactions=1)
    found.update(Watermark(service="interactions", until=AT - timedelta(seconds=60)))
    assert ago(found) == 1


def test_a_service_that_was_taken_out_counts_as_one_without_a_watermark() -> None:
    """Catches an installation in which nobody lapses any more because of a service that will not come back."""
    found = received("interactions", "privacy", interactions=0.1, privacy=900)
    found.forget("privacy")
    assert ago(found) == 0.3


def test_nothing_is_covered_that_has_not_come_here_yet() -> None:
    """Catches a lapse in the future: another machine's clock is ahead."""
    assert ago(received("interactions", interactions=-5)) == 0


def test_what_nobody_here_reads_does_not_count() -> None:
    """Catches a service that holds back lapses which its events cannot touch."""
    assert ago(received("interactions", interactions=1, customers=900)) == 1
    assert marked_services(["interactions-events"]) == {"interactions"}
    assert marked_services(["privacy-events", "customers-events"]) == {"privacy", "customers"}


def test_a_fast_clock_keeps_the_allowance_of_the_machine() -> None:
    """Catches 0.3 business seconds where 0.3 machine seconds are meant."""
    clock = FixedClock(AT)
    clock.factor = 1000.0
    assert ago(received("interactions"), clock) == 300
    assert received("interactions", interactions=60_000).late(clock) == {"interactions": 60.0}


def test_who_holds_lapses_back_is_named_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Catches a silence without a word, and one with a word ten times a second."""
    caplog.set_level("INFO")
    found, clock = received("interactions", "privacy", interactions=600, privacy=1), FixedClock(AT)
    assert found.late(clock) == found.late(clock) == {"interactions": 600.0}
    found.update(Watermark(service="interactions", until=AT))
    assert found.late(clock) == {}
    for word in ("lapses_wait_for_a_service", "lapses_wait_no_more"):
        assert caplog.text.count(word) == 1
