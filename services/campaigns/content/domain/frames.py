"""What the process that writes letters is asked, and what it answers: frames of a length and that many bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.content.domain.content import (
    CannotRender,
    Content,
    Fault,
    Letter,
    LetterSource,
    Reference,
    Rendered,
)
from services.campaigns.content.domain.names import TemplateField

LENGTH_BYTES = 4
# The first byte of an answer.
_LETTER, _RENDERED, _FAULTS, _CANNOT = b"L", b"R", b"F", b"X"


@dataclass(frozen=True, slots=True)
class LetterJob:
    """A letter that is to be written."""

    source: LetterSource
    card: Card
    reference: Reference


Answer = Letter | Rendered | list[Fault] | CannotRender


def framed(body: bytes) -> bytes:
    """The body with its length in front."""
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def letters_asked(
    jobs: Sequence[LetterJob], at: datetime, hash_of: Callable[[Card], str | None], *, parts: bool = False
) -> bytes:
    """One answer for each of these: the finished letter, or (with `parts`) what it is made of. `hash_of` gives the
    keyed hash of a card's address."""
    sources = {id(job.source): job.source for job in jobs}
    places = {key: place for place, key in enumerate(sources)}
    return orjson.dumps(
        {
            "ask": "rendered" if parts else "letters",
            "at": at,
            "sources": [asdict(source) for source in sources.values()],
            "items": [
                [places[id(job.source)], _card(job.card), _reference(job.reference, hash_of(job.card))] for job in jobs
            ],
        },
        # The database's driver has a UUID of its own.
        default=str,
    )


def check_asked(content: Content, fields: Sequence[TemplateField], at: datetime, *, marketing: bool) -> bytes:
    """One answer: every fault."""
    known = [asdict(field) for field in fields]
    return orjson.dumps({"ask": "check", "at": at, "content": content, "fields": known, "marketing": marketing})


def jobs_in(asked: dict[str, Any]) -> list[LetterJob]:
    """The letters that are asked for."""
    sources = [
        LetterSource(**{**source, "campaign_id": UUID(source["campaign_id"]), "content": Content(**source["content"])})
        for source in asked["sources"]
    ]
    return [
        LetterJob(
            sources[place],
            Card(UUID(card[0]), *card[1:]),
            Reference(UUID(reference[0]), UUID(reference[1]), *reference[2:]),
        )
        for place, card, reference in asked["items"]
    ]


def told(answer: Answer) -> bytes:
    """The answer as a frame's body."""
    if isinstance(answer, Letter):
        return b"".join((_LETTER, answer.key.bytes, answer.recipient.encode(), b"\0", answer.content))
    if isinstance(answer, Rendered):
        return _RENDERED + orjson.dumps(answer)
    if isinstance(answer, CannotRender):
        return _CANNOT + orjson.dumps([str(answer), answer.reason, answer.part, answer.line])
    return _FAULTS + orjson.dumps(answer)


def answer_in(body: bytes) -> Answer:
    """What `told` was given. Raises ValueError for anything else."""
    kind, rest = body[:1], body[1:]
    if kind == _LETTER:
        recipient, _, content = rest[16:].partition(b"\0")
        return Letter(UUID(bytes=rest[:16]), recipient.decode(), content)
    if kind == _RENDERED:
        return Rendered(**orjson.loads(rest))
    if kind == _FAULTS:
        return [Fault(**fault) for fault in orjson.loads(rest)]
    if kind == _CANNOT:
        what, reason, part, line = orjson.loads(rest)
        return CannotRender(what, reason, part=part, line=line)
    raise ValueError("no answer of ours")


def _card(card: Card) -> list[object]:
    return [card.customer_id, card.address, card.time_zone, dict(card.fields)]


def _reference(reference: Reference, address_hash: str | None) -> list[object]:
    context = dict(reference.context)
    return [reference.message_id, reference.customer_id, context, reference.trial, address_hash]
