"""Which alarms are told, and how often: catches one that is told twice, never, or to nobody who could hear it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.server.alarms.board import Board, Way
from console.server.alarms.rules import (
    RULES,
    TEXTS,
    Finding,
    findings_of_gauges,
    findings_of_health,
    growth,
    merged,
    values_of,
)
from console.server.alarms.signing import key_of, sign

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
BOTH: list[Way] = ["mail", "webhook"]
STUCK = merged([Finding("privacy.worker/stuck", "process-stuck", "privacy.worker: relay")])


def looks(board: Board, *findings: dict[str, Finding], start: datetime = NOW) -> datetime:
    """A look each ten seconds; the moment of the last."""
    moment = start
    for found in findings:
        moment += timedelta(seconds=10)
        board.look(found, moment, BOTH)
    return moment


def test_an_alarm_is_told_once_and_cleared_once() -> None:
    """Catches a mail each ten seconds for as long as it lasts."""
    board = Board()
    looks(board, *[STUCK] * 10)
    assert [note.kind for note in board.notes] == ["opened"]
    looks(board, {}, {}, {}, {}, {})
    assert [(note.kind, note.alarm.what) for note in board.notes] == [
        ("opened", "process-stuck"),
        ("cleared", "process-stuck"),
    ]
    assert board.open == {}
    assert board.cleared[0].cleared_at is not None


def test_a_process_that_is_started_again_is_no_alarm_and_one_look_without_it_no_all_clear() -> None:
    """Catches flapping: a mail for each upgrade."""
    board = Board()
    looks(board, STUCK, {}, STUCK, {})
    assert board.notes == []
    looks(board, STUCK, STUCK, {}, STUCK, {}, {}, STUCK)
    assert [note.kind for note in board.notes] == ["opened"]


def test_a_board_that_was_kept_goes_on_where_it_was() -> None:
    """Catches an alarm that is told again after each restart of the console."""
    board = Board()
    looks(board, STUCK, STUCK)
    again = Board.model_validate_json(board.model_dump_json())
    looks(again, STUCK, STUCK, start=NOW + timedelta(minutes=1))
    assert [note.kind for note in again.notes] == ["opened"]


def test_that_mail_fails_is_never_mailed() -> None:
    """Catches the loop: a mail about mails that do not go."""
    board = Board()
    now = looks(board, STUCK, STUCK)
    note = board.notes[0]
    board.taken(note, "webhook")
    for _ in range(2):
        board.failed(note, "mail", now)
    failing = merged(board.failing())
    assert set(failing) == {"alarms/mail"}
    looks(board, STUCK | failing, STUCK | failing, start=now)
    told = [(note.alarm.what, note.open_ways) for note in board.notes]
    assert told == [("process-stuck", ["mail"]), ("alarm-mail-fails", ["webhook"])]
    board.taken(note, "mail")
    assert board.failing() == []


def test_what_is_not_taken_is_tried_later_and_later_and_given_up_after_a_day() -> None:
    """Catches a broken server that is asked each ten seconds for ever."""
    board = Board()
    looks(board, STUCK, STUCK)
    note, waits = board.notes[0], []
    for _ in range(7):
        board.failed(note, "mail", NOW)
        waits.append((note.next_try["mail"] - NOW).total_seconds())
    assert waits == [10, 20, 40, 80, 160, 300, 300]
    looks(board, STUCK, start=NOW + timedelta(hours=25))
    assert board.notes == []


def test_health_and_metrics_become_findings() -> None:
    """Catches a row of the operators' table of which nobody is told."""
    deep = {"status": "ok", "dead_letters_open": 3, "outbox_oldest_s": 75.0}
    assert {finding.what for finding in findings_of_health("privacy.worker", deep)} == {"dead-letters", "outbox-waits"}
    assert [f.what for f in findings_of_health("privacy.app", {"status": "away"})] == ["process-away"]
    degraded = {"status": "degraded", "unanswered": ["database: OSError"]}
    assert [f.detail for f in findings_of_health("privacy.app", degraded)] == ["privacy.app: database: OSError"]
    values = values_of(
        'crm_messages{state="due"} 9.0\ncrm_messages{state="unknown"} 2.0\ncrm_sender_paused{sender="a"} 0.0\n'
        'crm_offset_alarms_total{why="shorter"} 1.0\ncrm_offset_alarms_total{why="records_lost"} 2.0\n'
    )
    assert [(f.key, f.detail) for f in findings_of_gauges("campaigns.worker-1", values)] == [
        ("campaigns/unknown-messages", "campaigns: 2")
    ]
    assert growth({}, values) == {"topic-lost": 3}
    assert growth({"topic-lost": 3}, values) == {}
    assert growth({"topic-lost": 5}, values) == {"topic-lost": 3}, "the process was started anew"


def test_every_kind_has_a_text() -> None:
    """Catches an alarm that says its slug."""
    assert {rule.what for rule in RULES} <= TEXTS.keys()


def test_a_webhook_is_signed_as_the_specification_shows() -> None:
    """Catches a signature that no library of Standard Webhooks accepts: the specification's own example."""
    signed = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    for wrong in ("", "whsec_", "whsec_c2hvcnQ=", "whsec_!"):
        with pytest.raises(ValueError, match="secret"):
            key_of(wrong)


def test_a_process_that_its_watchdog_ends_again_and_again_is_noticed() -> None:
    """Catches a worker that is up at each look, and was started anew before each."""
    board, times = Board(), []
    for minute in range(5):
        values = values_of(f"process_start_time_seconds {1000.0 + minute}\n")
        times.append(board.restarted("privacy.worker", values["started"], NOW + timedelta(minutes=minute)))
        board.counters["privacy.worker"] = values
    assert times == [0, 1, 2, 3, 4]
    assert board.restarted("privacy.worker", 1004.0, NOW + timedelta(minutes=18)) == 1
