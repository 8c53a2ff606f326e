"""Would catch a reply that suppresses an address that lives, or one after which a letter is sent twice."""

from __future__ import annotations

import pytest

from services.campaigns.delivery.domain.replies import Stage, read_reply


@pytest.mark.parametrize("code", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
@pytest.mark.parametrize("stage", ["recipient", "letter"])
def test_a_dead_mailbox_is_one_wherever_the_server_says_so(code: str, stage: Stage) -> None:
    for basic in (550, 554, 501):
        assert read_reply(basic, f"{code} no such mailbox", stage).answer == "bounced"


@pytest.mark.parametrize("code", ["5.7.1", "5.7.0", "5.7.26", "5.7.509"])
def test_a_refusal_of_who_sends_is_no_dead_mailbox(code: str) -> None:
    for stage in ("envelope", "recipient", "letter"):
        assert read_reply(550, f"{code} blocked", stage).answer == "blocked"


@pytest.mark.parametrize(
    "text",
    ["5.1.7 bad sender", "5.1.8 bad system", "5.2.2 mailbox full", "5.4.5 congested", "relaying denied", "no such user",
     "5.1.11 odd", "5.1.1.1 odd", "4.1.1 odd"],
)  # fmt: skip
def test_no_other_permanent_refusal_suppresses_an_address(text: str) -> None:
    assert read_reply(550, text, "recipient").answer == "rejected"


def test_a_dead_mailbox_in_the_answer_to_the_sender_says_nothing_of_the_recipient() -> None:
    assert read_reply(550, "5.1.1 sender unknown", "envelope").answer == "rejected"


@pytest.mark.parametrize("code", [530, 535, 538])
def test_a_server_that_wants_a_login_refuses_who_sends(code: int) -> None:
    assert read_reply(code, "authenticate first", "envelope").answer == "blocked"


def test_a_passing_refusal_is_certain_before_the_letter_and_not_after_it() -> None:
    assert read_reply(451, "4.7.1 greylisted", "recipient").answer == "deferred"
    assert read_reply(421, "closing", "envelope").answer == "deferred"
    assert read_reply(451, "4.3.0 try again", "letter") == read_reply(451, "4.3.0", "letter")
    assert read_reply(451, "4.3.0 try again", "letter").answer == "unknown"
    assert read_reply(354, "go on", "letter").answer == "unknown"


def test_nothing_of_the_free_text_is_kept() -> None:
    assert read_reply(550, "5.1.1 ann@example.test is unknown", "recipient").detail == "5.1.1"
    assert read_reply(550, "ann@example.test is unknown", "recipient").detail == "550"
