"""What was seen from outside after the dust had settled; kept as a small file, it can be judged without a service."""

from __future__ import annotations

import gzip
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]
POISON = "poison"


@dataclass
class Evidence:
    """Lists of plain rows, so that they survive a file. Ids are strings, times are seconds since 1970.

    `history`: op, id, who, outcome, publisher (of a merge: other), began, ended
    `handed`: key, to, at, as the provider kept them
    `events`: topic, partition, offset, id, type, source, subject, version, origin, time, data, by partition in order
    `outboxes`: per service the ids of its rows
    `inboxes`: per consumer the ids it has had
    `interactions`: id, kind, publisher, message_id, customer_id, mail (the message that an exposure is about)
    `letters`: service, consumer, event_id, message_id, state
    `ledger`, `permits`, `consents`: the tables' columns; `form` of a consent is the token of the step that wrote it
    `facts`: ids of the events that analytics keeps, one for each row of a whole interaction
    `members`: customers in a segment, by who says so (and the segment, when it is the edited one)
    `copies`: campaigns' copy of consents, `customer/purpose/channel` to state
    `reported`: what the product's own reports say
    `erased`: ids of erased customers; `requests`: erasures with the token of their step and their state
    `second`: the edited segment and how many purchases it asks for, the one-off with its report, and the least seconds
    between two mails to one address
    `rebuilt`: reports of `crm rebuild --compare`
    `struck`: what shows that the fault did strike, and the least that must be there
    `traces`: where something of an erased person is still found
    `canary_s`: None when no canary came through
    `lag`: records that each consumer has yet to read; `unpublished`: rows that no relay has sent
    """

    seed: int = 0
    fault: str = ""
    history: list[Row] = field(default_factory=list)
    handed: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    outboxes: dict[str, list[str]] = field(default_factory=dict)
    inboxes: dict[str, list[str]] = field(default_factory=dict)
    interactions: list[Row] = field(default_factory=list)
    letters: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    permits: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    reported: dict[str, Any] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    campaign: str = ""
    segment: str = ""
    second: dict[str, Any] = field(default_factory=dict)
    requests: list[Row] = field(default_factory=list)
    rebuilt: list[Row] = field(default_factory=list)
    struck: dict[str, list[float]] = field(default_factory=dict)
    traces: list[str] = field(default_factory=list)
    canary_s: float | None = None
    lag: dict[str, int] = field(default_factory=dict)
    unpublished: dict[str, int] = field(default_factory=dict)

    def distinct(self, *types: str, also_erased: bool = False) -> dict[str, Row]:
        """Events of these types by id, each once, without planted poison; those of erased customers when asked for."""
        gone = set() if also_erased else set(self.erased)
        by_id: dict[str, Row] = {}
        for event in self.events:
            if (not types or event["type"] in types) and event["subject"] not in gone and event["source"] != POISON:
                by_id.setdefault(event["id"], event)
        return by_id

    def standing(self, rows: list[Row]) -> list[Row]:
        """Rows of customers who are not erased. What is kept of an erased one lies under an id that no event knows."""
        if not self.erased:
            return rows
        known = {event["subject"] for event in self.events} - set(self.erased)
        return [row for row in rows if row["customer_id"] in known]


@dataclass(frozen=True)
class Backup:
    """What a service's database held at a moment."""

    service: str
    content: bytes
    at: float


@dataclass(frozen=True)
class Memory:
    """What a database told before it went back to a backup: it cannot any more, and it did happen."""

    service: str
    outbox: list[str]
    permits: list[Row]

    def add_to(self, seen: Evidence) -> None:
        """Beside what is there now."""
        seen.outboxes[self.service] = sorted({*seen.outboxes[self.service], *self.outbox})
        known = {permit["permit_id"] for permit in seen.permits}
        seen.permits += [permit for permit in self.permits if permit["permit_id"] not in known]


def save(evidence: Evidence, file: Path) -> None:
    """As gzipped JSON, the same bytes for the same evidence."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(orjson.dumps(asdict(evidence)), mtime=0))


def load(file: Path) -> Evidence:
    """What `save` kept."""
    return Evidence(**orjson.loads(gzip.decompress(file.read_bytes())))
