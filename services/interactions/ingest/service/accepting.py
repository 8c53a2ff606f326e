"""The check at both doors: bytes in, a message that may be recorded out, or every reason why not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.interactions.identity.domain import person_of
from services.interactions.ingest.domain.messages import Problem, problems_of
from services.interactions.ingest.domain.publishers import publisher_on_the_topic, read_seal
from services.interactions.ingest.errors import EventRefused, ReportForbidden, UnacceptableRecord
from services.interactions.recording.domain.digests import content_digest, told_content
from services.interactions.recording.domain.messages import KNOWN_TYPES, InboundEvent, Message
from shared.contracts.inbound import InboundMessage, InboundRecord
from shared.web.strict_json import pointer

_MESSAGE: TypeAdapter[Message] = TypeAdapter(InboundMessage)
_RECORD = TypeAdapter(InboundRecord)
_MOST_PROBLEMS = 20
_LONGEST_POINTER = 200
_CURES = {
    "missing": "send this field",
    "extra_forbidden": "leave this field out, or check its spelling",
    "json_invalid": "send one JSON object (RFC 8259) in UTF-8",
    "timezone_aware": "add the UTC offset, such as 2026-05-01T12:00:00Z",
    "names_nobody": "leave it out when you do not know it",
}
_REASONS = {
    "missing": "missing-field",
    "extra_forbidden": "unknown-field",
    "json_invalid": "malformed-json",
    "union_tag_invalid": "unknown-event-type",
    "union_tag_not_found": "missing-field",
    "names_nobody": "names-nobody",
}


def read_message(raw: bytes, now: datetime, factor: float) -> Message:
    """The message in `raw`, checked in full. Raises EventRefused with everything that is wrong."""
    try:
        message = _MESSAGE.validate_json(raw, strict=True)
    except ValidationError as error:
        raise EventRefused(_problems(error, ())) from None
    _check(message, now, factor)
    return message


@dataclass(frozen=True, slots=True)
class TopicPolicy:
    """How records of the topic are read: the installation's key, and the publishers that are believed by name."""

    key: str
    trusted: Collection[str] = ()


def read_record(
    raw: bytes | None,
    now: datetime,
    factor: float,
    policy: TopicPolicy,
    *,
    sealed: str | None = None,
    traceparent: str | None = None,
    received_ms: int | None = None,
    owner: str | None = None,
    content: str | None = None,
) -> InboundEvent:
    """The event in a publisher's record, checked as well. `sealed` is what the door wrote beside it; `owner` the
    publisher whose own topic it came by: the broker let nobody else write there, so what the record says is ignored.
    `content` is the door's digest of what a client said, where its retries are made anew (hexadecimal).

    Raises UnacceptableRecord, a dead letter.
    """
    try:
        record = _RECORD.validate_json(raw or b"", strict=True)
    except ValidationError as error:
        refused = EventRefused(_problems(error, ("message",)))
        raise UnacceptableRecord(refused, refused.reason) from None
    message = record.message
    if owner is not None:
        publisher = publisher_on_the_topic(owner, (owner,))
    else:
        publisher = read_seal(policy.key, record.publisher, raw or b"", sealed) or publisher_on_the_topic(
            record.publisher, policy.trusted
        )
    try:
        _check(message, now, factor)
        if kind := publisher.unreportable(message):
            raise ReportForbidden(kind)
    except (EventRefused, ReportForbidden) as refusal:
        raise UnacceptableRecord(refusal, refusal.reason) from None
    person = person_of(policy.key, message.customer)
    said = told_content(policy.key, content) if content else content_digest(policy.key, message)
    return InboundEvent(publisher.name, message, person, publisher.trust, traceparent, received_ms, said)


def _check(message: Message, now: datetime, factor: float) -> None:
    problems = problems_of(message, now, factor)
    if problems:
        raise EventRefused([_as_dict(problem) for problem in problems[:_MOST_PROBLEMS]])


def _as_dict(problem: Problem) -> dict[str, str]:
    return {
        "reason": problem.reason,
        "where": problem.where[:_LONGEST_POINTER],
        "what": problem.what,
        "cure": problem.cure,
    }


def _problems(error: ValidationError, prefix: tuple[str, ...]) -> list[dict[str, str]]:
    found: dict[str, Problem] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        problem = _problem(fault, prefix)
        found.setdefault(problem.where, problem)
        if len(found) == _MOST_PROBLEMS:
            break
    return [_as_dict(problem) for problem in found.values()]


def _problem(fault: Any, prefix: tuple[str, ...]) -> Problem:
    kind = fault["type"]
    path = _path(tuple(fault["loc"]), prefix)
    reason = _REASONS.get(kind, "wrong-field")
    if kind.startswith("union_tag"):
        known = ", ".join(KNOWN_TYPES)
        what = "the type is not known" if kind == "union_tag_invalid" else "the type is missing"
        return Problem(reason, pointer((*path, "type")), what, f"send one of: {known}")
    return Problem(reason, pointer(path), fault["msg"][:200], _CURES.get(kind, "see GET /events/schema"))


def _path(loc: tuple[str | int, ...], prefix: tuple[str, ...]) -> tuple[str | int, ...]:
    """The validator's location without the names of the union members it tried."""
    head, rest = loc[: len(prefix)], loc[len(prefix) :]
    if head != prefix:
        return loc
    if rest and rest[0] in KNOWN_TYPES:
        rest = rest[1:]
    if rest[:1] == ("traits",):
        rest = rest[:2]
    return (*head, *rest)
