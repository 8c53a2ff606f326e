"""The process in which letters are written: `python -m services.campaigns.content.streams.writer`, with two pipes.

Templates are programs of other people. Here one may run for ever or ask for all memory, and only this process ends.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from services.campaigns.content.domain.content import CannotRender, Content, WriterSettings
from services.campaigns.content.domain.frames import LENGTH_BYTES, Answer, framed, jobs_in, told
from services.campaigns.content.domain.names import TemplateField
from services.campaigns.content.domain.templates import LIMITS
from services.campaigns.content.service import LetterWriter

# Of processor time for one letter, which takes a five-thousandth of that; the clock on the wall would count what other
# processes do. The kernel ends the process: no code of ours has to be reached.
CPU_S = 1.0
# Of address space beyond what the process has when it begins.
MEMORY = 256 * 1024 * 1024
_STDIN, _STDOUT = 0, 1


def main() -> None:
    """Answer until the pipe is closed: the parent is gone, or wants no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    first = _read()
    if first is None:
        return
    writer = LetterWriter(WriterSettings(**orjson.loads(first)))
    _limit_memory()
    while (body := _read()) is not None:
        answers = _answers(writer, orjson.loads(body))
        while True:
            signal.setitimer(signal.ITIMER_PROF, CPU_S)
            answer = next(answers, None)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if answer is None:
                break
            # One by one: when this process is ended, the parent knows which letter it was.
            _write(framed(told(answer)))


def _answers(writer: LetterWriter, asked: dict[str, Any]) -> Iterator[Answer]:
    at = datetime.fromisoformat(asked["at"])
    if asked["ask"] == "check":
        fields = [TemplateField(**field) for field in asked["fields"]]
        try:
            yield writer.check(Content(**asked["content"]), fields, at, marketing=asked["marketing"])
        except MemoryError:
            yield CannotRender("too much memory", LIMITS)
        return
    write = writer.rendered if asked["ask"] == "rendered" else writer.letter
    for job in jobs_in(asked):
        try:
            yield write(job.source, job.card, job.reference, at)
        except CannotRender as error:
            yield error
        except MemoryError:
            yield CannotRender("too much memory", LIMITS)


def _limit_memory() -> None:
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read() -> bytes | None:
    head = _exactly(LENGTH_BYTES)
    return _exactly(int.from_bytes(head, "big")) if head else None


def _exactly(size: int) -> bytes:
    parts = []
    while size and (part := os.read(_STDIN, min(size, 1 << 20))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts) if not size else b""


def _write(frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[os.write(_STDOUT, view) :]


if __name__ == "__main__":
    main()
