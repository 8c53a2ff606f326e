"""Would catch a template that takes the sender, or the app, with it: by its time, its memory, its output."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.content.clients import LetterWriters
from services.campaigns.content.domain.content import CannotRender, Content, Letter, LetterSource, Reference
from services.campaigns.content.domain.frames import LetterJob
from services.campaigns.content.domain.names import ALWAYS
from services.registry import unconnected_settings

AT = datetime(2024, 6, 3, tzinfo=UTC)
LINK = "{{ unsubscribe_url }}"
# 290 characters of it made 1.28 GB, and the error for that was not caught.
MEMORY = LINK + "{{ customer.long" + " | replace: 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'" * 5 + " }}"
# Within every limit of the language, and still for ever.
TIME = (
    LINK
    + "{{ customer.long"
    + " | replace: 'a', 'aaaaaaaaaa'" * 3
    + " | split: '' | sort | join: '' | split: ''" * 4
    + " }}"
)
# Read again and again from each of its beginnings.
READING = "{% raw %}" * 11_000
OUTPUT = LINK + "{% for i in (1..1900) %}" + "x" * 1_000 + "{% endfor %}"


@pytest.fixture
async def writers() -> AsyncIterator[LetterWriters]:
    """A process of their own."""
    settings = unconnected_settings("campaigns")
    assert isinstance(settings, Settings)
    made = LetterWriters(settings)
    yield made
    await made.close()


def a_source(text: str = f"Hello {{{{ customer.name }}}} {LINK}") -> LetterSource:
    return LetterSource(uuid4(), "Apples", "offers", "email", Content("Hi", text))


def a_job(source: LetterSource) -> LetterJob:
    card = Card(uuid4(), "ann@example.test", None, {"name": "Ann", "long": "a" * 2_000})
    return LetterJob(source, card, Reference(uuid4(), card.customer_id, {}))


@pytest.mark.parametrize("bomb", [MEMORY, TIME, OUTPUT, READING], ids=["memory", "time", "output", "reading"])
async def test_a_bomb_among_letters_costs_itself_and_no_other(writers: LetterWriters, bomb: str) -> None:
    good = a_source()
    jobs = [a_job(good), a_job(a_source(bomb)), a_job(good)]
    first, second, third = await writers.letters(jobs, AT)
    assert isinstance(first, Letter)
    assert isinstance(third, Letter)
    assert b"Hello Ann" in third.content
    assert isinstance(second, CannotRender)
    assert second.reason in ("template-limits", "template")


async def test_letters_come_in_the_order_of_the_jobs(writers: LetterWriters) -> None:
    jobs = [a_job(a_source()) for _ in range(30)]
    letters = await writers.letters(jobs, AT)
    assert [letter.key for letter in letters if isinstance(letter, Letter)] == [
        job.reference.message_id for job in jobs
    ]


async def test_a_campaign_whose_letters_end_two_processes_is_not_tried_further(writers: LetterWriters) -> None:
    bomb, good = a_source(TIME), a_source()
    answers = await writers.letters([*(a_job(bomb) for _ in range(5)), a_job(good)], AT)
    assert [type(answer) for answer in answers] == [CannotRender, CannotRender, *[type(None)] * 3, Letter]


async def test_a_process_that_somebody_else_ends_costs_no_letter(writers: LetterWriters) -> None:
    await writers.letters([a_job(a_source())], AT)
    assert writers._process is not None
    os.kill(writers._process.pid, signal.SIGKILL)
    [letter] = await writers.letters([a_job(a_source())], AT)
    assert isinstance(letter, Letter)


async def test_a_template_that_takes_too_long_to_read_is_refused_at_save(writers: LetterWriters) -> None:
    for content in (Content("Hi", READING), Content("Hi", TIME.replace("customer.long", "customer.name"))):
        faults = await writers.check(content, ALWAYS, AT, marketing=True)
        assert len(faults) <= 1
    assert [fault.what for fault in await writers.check(Content("Hi", READING), ALWAYS, AT, marketing=True)] == [
        "too much time or memory"
    ]


async def test_an_address_that_no_server_could_be_given_is_a_reason_of_its_own(writers: LetterWriters) -> None:
    job = a_job(a_source())
    odd = LetterJob(job.source, Card(uuid4(), "a b@example.test"), job.reference)
    idn = LetterJob(job.source, Card(uuid4(), "kunde@bücher.example.test"), job.reference)
    unusable, letter = await writers.letters([odd, idn], AT)
    assert isinstance(unusable, CannotRender)
    assert unusable.reason == "address-unusable"
    assert isinstance(letter, Letter)
    assert letter.recipient == "kunde@xn--bcher-kva.example.test"
    assert b"To: kunde@xn--bcher-kva.example.test\r\n" in letter.content


async def test_the_process_knows_nothing_of_our_environment(
    writers: LetterWriters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    await writers.start()
    assert writers._process is not None
    with open(f"/proc/{writers._process.pid}/environ", "rb") as environment:  # noqa: ASYNC230
        assert b"secret" not in environment.read()
