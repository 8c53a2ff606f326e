"""The watchdog ends what is stuck, and nothing that only waits."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from shared.worker.watchdog import EXIT_CODE, Watchdog, addresses_of

AWAY = ("127.0.0.1", 1)


@pytest.fixture
def here() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[:2]


def watching(*neighbours: list[tuple[str, int]]) -> tuple[Watchdog, list[int]]:
    exits: list[int] = []
    dog = Watchdog(neighbours, exit_process=exits.append)
    dog.beat("loop")
    dog.beat("part")
    return dog, exits


def fall_silent(dog: Watchdog, part: str) -> None:
    dog._beats[part] -= 60


def test_a_silent_part_whose_neighbours_answer_ends_the_process(here: tuple[str, int]) -> None:
    """Catches a process that lives and does nothing."""
    dog, exits = watching([here], [here])
    dog.look()
    assert exits == []
    fall_silent(dog, "part")
    dog.look()
    assert exits == [EXIT_CODE]


def test_a_part_that_waits_for_a_neighbour_gets_its_time_anew_when_that_is_back(here: tuple[str, int]) -> None:
    """Catches a worker that is ended in the very moment in which its broker is back, before it could notice."""
    dog, exits = watching([here], [AWAY])
    fall_silent(dog, "part")
    dog.look()
    assert exits == []
    assert dog.ages()["part"] < 5


def test_a_process_that_was_stopped_and_goes_on_is_given_its_time(here: tuple[str, int]) -> None:
    """Catches a machine that was suspended and ends all its workers when it wakes."""
    dog, exits = watching([here])
    fall_silent(dog, "part")
    fall_silent(dog, "loop")
    dog.look(late_s=12.0)
    assert exits == []
    fall_silent(dog, "part")
    dog.look(late_s=0.2)
    assert exits == [EXIT_CODE]


def test_one_broker_that_answers_is_enough(here: tuple[str, int]) -> None:
    """Catches a cluster whose first broker is down: nothing stuck would ever be noticed."""
    dog, exits = watching([AWAY, here])
    fall_silent(dog, "part")
    dog.look()
    assert exits == [EXIT_CODE]


def test_a_stopped_loop_has_no_excuse() -> None:
    """Catches an outage that hides a process whose loop no longer turns."""
    dog, exits = watching([AWAY])
    fall_silent(dog, "loop")
    dog.look()
    assert exits == [EXIT_CODE]


def test_a_process_that_ends_by_itself_is_left_alone(here: tuple[str, int]) -> None:
    """Catches a clean stop that takes some seconds and is reported as a crash."""
    dog, exits = watching([here])
    dog.stop()
    fall_silent(dog, "part")
    dog.look()
    assert exits == []


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("postgresql://user:pw@db.example:6000/x", [("db.example", 6000)]),
        ("postgresql://user:pw@db.example/x", [("db.example", 5432)]),
        ("one:1,two:2, three", [("one", 1), ("two", 2), ("three", 5432)]),
        ("[::1]:9", [("::1", 9)]),
    ],
)
def test_every_address_of_a_neighbour_is_known(url: str, addresses: list[tuple[str, int]]) -> None:
    assert addresses_of(url, 5432) == addresses
