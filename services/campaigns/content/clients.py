"""The process that writes letters, from the side of those who ask it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import orjson

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.content.domain.content import (
    CannotRender,
    Content,
    Fault,
    Letter,
    LetterSource,
    Rendered,
    WriterSettings,
)
from services.campaigns.content.domain.frames import (
    LENGTH_BYTES,
    Answer,
    LetterJob,
    answer_in,
    check_asked,
    framed,
    letters_asked,
)
from services.campaigns.content.domain.names import TemplateField
from services.campaigns.content.domain.templates import LIMITS
from shared.bounded import within
from shared.customers.identifiers import fingerprint, normalise
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

_MODULE = "services.campaigns.content.streams.writer"
# On the wall, for one answer: the process bounds its own processor time; a busy machine may keep it waiting long.
_ANSWER_S = 30.0
_LARGEST_FRAME = 64 * 1024 * 1024
# Of one campaign's letters in a batch: each costs a second and a new process, and the campaign is about to be paused.
_MOST_DEATHS = 2

WRITERS_ENDED = counter("letter_writers_ended_total", "Processes that ended over a letter", ["how"])


class WriterGone(Exception):
    """The process ended without an answer. `at_limit`: the kernel ended it for the time that it took."""

    def __init__(self, *, at_limit: bool) -> None:
        super().__init__("the process that writes letters ended")
        self.at_limit = at_limit


class LetterWriters:
    """Asks a process of its own to write, one batch at a time; starts another when it ended over a letter."""

    def __init__(self, settings: Settings) -> None:
        keys = settings.signing_keys()
        self._settings = WriterSettings(
            link_key=keys.signing,
            link_key_id=keys.current,
            public_url=settings.public_url.rstrip("/"),
            unsubscribe_url=settings.privacy_public_url.rstrip("/"),
            sender_address=settings.sender_address,
            sender_name=settings.sender_name,
        )
        self._key = settings.installation_key.get_secret_value()
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def letters(self, jobs: Sequence[LetterJob], at: datetime) -> list[Letter | CannotRender | None]:
        """The letters in the order of the jobs, or why one cannot be written. None: not tried, because its campaign's
        letters ended several processes just now."""
        answers: list[Letter | CannotRender | None] = [None] * len(jobs)
        deaths: Counter[int] = Counter()
        async with self._turn:
            left = list(range(len(jobs)))
            again = False
            while left:
                # The one over which a process ended is tried once more, alone: it may have been ended from outside.
                batch = left[:1] if again else left
                done: list[Answer] = []
                try:
                    await self._ask(
                        letters_asked([jobs[place] for place in batch], at, self._hash_of), len(batch), done
                    )
                    again = False
                except WriterGone as gone:
                    if again or gone.at_limit:
                        source = id(jobs[batch[len(done)]].source)
                        deaths[source] += 1
                        done.append(_blamed(jobs[batch[len(done)]].source))
                        again = False
                    else:
                        again = True
                for place, answer in zip(batch, done, strict=False):
                    if isinstance(answer, Letter | CannotRender):
                        answers[place] = answer
                left = [place for place in left[len(done) :] if deaths[id(jobs[place].source)] < _MOST_DEATHS]
        return answers

    async def rendered(self, job: LetterJob, at: datetime) -> Rendered:
        """What one letter is made of. Raises CannotRender."""
        answer = await self._one(letters_asked([job], at, self._hash_of, parts=True))
        if not isinstance(answer, Rendered):
            raise _as_cannot(answer)
        return answer

    async def check(
        self, content: Content, fields: Sequence[TemplateField], at: datetime, *, marketing: bool
    ) -> list[Fault]:
        """Everything wrong with these templates, which may speak of `fields`."""
        answer = await self._one(check_asked(content, fields, at, marketing=marketing))
        if isinstance(answer, list):
            return answer
        return [Fault(error.part or "text", error.line or 1, str(error)) for error in (_as_cannot(answer),)]

    async def start(self) -> None:
        """Have the process there before it is needed."""
        async with self._turn:
            await self._running()

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    def _hash_of(self, card: Card) -> str | None:
        if card.address is None:
            return None
        return fingerprint(self._key, "email", normalise("email", card.address))

    async def _one(self, asked: bytes) -> Answer:
        async with self._turn:
            for last in (False, True):
                done: list[Answer] = []
                try:
                    await self._ask(asked, 1, done)
                    return done[0]
                except WriterGone as gone:
                    if last or gone.at_limit:
                        break
        return CannotRender("too much time or memory", LIMITS)

    async def _ask(self, asked: bytes, wanted: int, done: list[Answer]) -> None:
        """Fills `done` as answers come. Raises WriterGone."""
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(framed(asked))
            while len(done) < wanted:
                async with asyncio.timeout(_ANSWER_S):
                    size = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
                    if size > _LARGEST_FRAME:
                        raise ValueError("a frame that is too large")
                    done.append(answer_in(await process.stdout.readexactly(size)))
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, ValueError) as error:
            status = await self._end(has_ended=not isinstance(error, TimeoutError | ValueError))
            at_limit = status == -signal.SIGPROF
            how = "time" if at_limit else "hung" if isinstance(error, TimeoutError) else "died"
            WRITERS_ENDED.labels(how).inc()
            log.warning("letter_writer_ended", how=how, status=status, written=len(done))
            raise WriterGone(at_limit=at_limit) from error
        except BaseException:
            # Cancelled in mid-answer: what still comes would be taken for the next one's.
            await self._end()
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            # Nothing of our environment: it holds keys and addresses.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _MODULE,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={"PYTHONPATH": ":".join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
                limit=1024 * 1024,
            )
            assert self._process.stdin is not None
            self._process.stdin.write(framed(orjson.dumps(asdict(self._settings))))
        return self._process

    async def _end(self, *, has_ended: bool = False) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        if has_ended:
            # Its pipe is closed: it is ending by itself, and only waiting tells why.
            with contextlib.suppress(TimeoutError):
                return await within(1, process.wait())
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        return await process.wait()


def _blamed(source: LetterSource) -> CannotRender:
    log.error("letter_ended_its_writer", campaign_id=str(source.campaign_id))
    return CannotRender("too much time or memory", LIMITS)


def _as_cannot(answer: Answer) -> CannotRender:
    return answer if isinstance(answer, CannotRender) else CannotRender("no answer", LIMITS)
