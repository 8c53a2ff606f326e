"""The merge of topics and the frontier of wake-ups, without a broker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from faust.types import TP

from services.analytics.lane.streams.backlog import Backlog, Fetched, Gap
from services.analytics.lane.streams.feed import Feed, Fetch
from services.analytics.lane.streams.frontier import Frontier

A0, B0, A1, B1 = TP("a", 0), TP("b", 0), TP("a", 1), TP("b", 1)


@dataclass
class ARecord:
    """A record as the consumer gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = b""
    headers: Sequence[tuple[str, bytes]] = ()


def some(tp: TP, *times: int, first: int = 0) -> dict[TP, list[Fetched]]:
    """Records of a partition with these times."""
    return {tp: [ARecord(tp.topic, tp.partition, first + n, at) for n, at in enumerate(times)]}


def times(batch: list[Fetched]) -> list[int]:
    return [record.timestamp for record in batch]


@pytest.fixture
def backlog() -> Backlog:
    made = Backlog(("a", "b"))
    made.reset([A0, B0, A1, B1])
    return made


def test_nothing_is_given_out_while_another_topic_may_hold_something_older(backlog: Backlog) -> None:
    """Catches a topic that is read to its end before another: the profile of today before yesterday's purchase."""
    backlog.offer(some(A0, 5, 6), {A0: 2}, {B0})
    assert backlog.take(10) == []
    backlog.offer(some(B0, 1, 9), {A0: 2, B0: 2}, {B0})
    assert times(backlog.take(10)) == [1, 5, 6, 9]


def test_topics_at_their_end_hold_nobody_up(backlog: Backlog) -> None:
    """Catches a merge that waits for a topic that is empty."""
    backlog.offer(some(A0, 5, 6), {A0: 2, B0: 0}, {A1, B1})
    assert times(backlog.take(1)) == [5]
    assert times(backlog.take(10)) == [6]


def test_partitions_do_not_wait_for_each_other(backlog: Backlog) -> None:
    """Catches one slow partition that stops all."""
    backlog.offer({**some(A0, 1), **some(A1, 2)}, {A0: 1, A1: 1, B1: 0}, {B0})
    assert times(backlog.take(10)) == [2]


def test_one_full_partition_does_not_starve_the_others(backlog: Backlog) -> None:
    """Catches a batch that always begins with the same partition."""
    backlog.offer({**some(A0, *range(10)), **some(A1, *range(100, 110))}, {A0: 10, A1: 10, B0: 0, B1: 0}, ())
    seen = {record.partition for _ in range(2) for record in backlog.take(4)}
    assert seen == {0, 1}


def test_what_is_handled_is_what_was_given_out(backlog: Backlog) -> None:
    """Catches an offset committed for records that still wait."""
    assert backlog.handled(A0) is None
    backlog.offer(some(A0, 1, 2, 3, first=40), {A0: 43, B0: 0}, ())
    assert backlog.handled(A0) == 40
    backlog.take(2)
    assert backlog.handled(A0) == 42
    backlog.take(2)
    assert backlog.handled(A0) == 43


def test_missing_records_are_an_error(backlog: Backlog) -> None:
    """Catches records dropped on the way: their offsets would be committed by the next ones."""
    backlog.offer(some(A0, 1), {A0: 1}, ())
    with pytest.raises(Gap):
        backlog.offer(some(A0, 9, first=5), {A0: 6}, ())


def test_records_of_partitions_that_went_away_are_dropped(backlog: Backlog) -> None:
    """Catches work for a partition that another worker owns."""
    backlog.reset([A0, B0])
    backlog.offer({**some(A0, 1), **some(A1, 2)}, {A0: 1, B0: 0, A1: 1}, ())
    assert times(backlog.take(10)) == [1]


def test_the_frontier_moves_when_all_that_was_there_at_the_question_is_handled(backlog: Backlog) -> None:
    """Catches a wake-up that fires while its customer's purchase lies unread."""
    at, frontier = datetime(2017, 6, 1, tzinfo=UTC), Frontier(backlog)
    backlog.offer(some(A0, 1, 2), {A0: 2, B0: 0, A1: 0, B1: 0}, ())
    frontier.ask(at, {A0: 2, B0: 0, A1: 0, B1: 1})
    assert frontier.reached() == {}
    backlog.take(10)
    assert frontier.reached() == {0: at}
    # A later question does not replace an open one: under load it would never be answered.
    frontier.ask(at + timedelta(seconds=9), {A1: 0, B1: 5})
    backlog.offer(some(B1, 1), {A0: 2, B0: 0, A1: 0, B1: 1}, ())
    backlog.take(10)
    assert frontier.reached()[1] == at
    frontier.reset()
    assert frontier.reached() == {}


def test_a_consumer_that_brings_nothing_is_noticed() -> None:
    """Catches a silent stop of the library."""
    feed = Feed(["a", "b"])
    feed.reset([A0, B0])
    feed.offer(Fetch({}, {A0: 0, B0: 0}, set()))
    feed.compare({A0: 0, B0: 0})
    assert feed.waiting_s() == 0.0
    feed.compare({A0: 5, B0: 0})
    feed.compare({A0: 6, B0: 0})
    assert feed.waiting_s() > 0.0
    feed.offer(Fetch(some(A0, 1), {A0: 1, B0: 0}, set()))
    assert feed.waiting_s() == 0.0
