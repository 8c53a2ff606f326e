"""What a file says of consent: by which columns, and whether a row of it proves anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal
from uuid import UUID

from shared.files.formats import DATE_FORMATS, Unreadable, read_date
from shared.files.mapping import Fault
from shared.files.sheets import SheetRow, plain_cell

Channel = Literal["email", "sms", "post", "phone"]
Action = Literal["granted", "denied", "withdrawn"]
# As mail services and sheets write them, in small letters without blanks and signs.
_WORDS: Mapping[Action, str] = {
    "granted": "true yes y ja j 1 x granted optin optedin subscribed angemeldet zugestimmt",
    "denied": "false no n nein 0 denied declined abgelehnt",
    "withdrawn": "withdrawn unsubscribed unsubscribe optout optedout abgemeldet abbestellt ausgetragen widerrufen "
    "widerruf cleaned bounced blocklisted blacklisted blocked gesperrt complained donotcontact dnc",
}
_ANSWERS: Mapping[str, Action] = {answer: action for action, words in _WORDS.items() for answer in words.split()}
_SAYING_NOTHING = frozenset(
    ["", *["unknown", "unbekannt", "pending", "unconfirmed", "nonsubscribed", "none", "null", "na", "keineangabe"]]
)
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """One purpose and channel, and where a row says what: in a column, or the same for all rows of the file.

    A grant is proven by the exact wording with its version, the day on which it was given, and where.
    """

    purpose: str
    channel: Channel
    answer: Action | None = None
    answer_column: str | None = None
    given_at: str | None = None
    given_at_column: str | None = None
    given_at_format: str | None = None
    wording: str | None = None
    wording_version: str | None = None
    wording_version_column: str | None = None
    source: str | None = None
    source_column: str | None = None

    @property
    def columns(self) -> list[str]:
        """The columns that it reads."""
        named = [getattr(self, field.name) for field in fields(self) if field.name.endswith("_column")]
        return [column for column in named if column is not None]


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says by one rule. A grant that lacks something proves nothing and is not taken."""

    action: Action
    occurred_at: datetime
    wording: str | None
    wording_version: str | None
    source: str | None
    lacking: Sequence[str] = ()

    @property
    def counts(self) -> bool:
        """Whether it is a statement: a refusal needs no proof."""
        return self.action != "granted" or not self.lacking


@dataclass(frozen=True, slots=True)
class ConsentCounts:
    """Rows by what they say: proven grants, grants that prove nothing, refusals and withdrawals."""

    granted: int = 0
    unproven: int = 0
    withdrawn: int = 0

    def plus(self, said: Sequence[Said]) -> ConsentCounts:
        """With these added."""
        granted = sum(one.action == "granted" and one.counts for one in said)
        unproven = sum(not one.counts for one in said)
        return ConsentCounts(
            self.granted + granted, self.unproven + unproven, self.withdrawn + len(said) - granted - unproven
        )


def fault_of(rule: ConsentRule, columns: Sequence[str]) -> Fault | None:
    """What keeps a rule from being used."""
    unknown = [column for column in rule.columns if column not in columns]
    if unknown:
        return (f"{unknown[0]!r} is no column of the file", f"Name one of: {', '.join(columns)[:500]}.")
    if (rule.answer is None) == (rule.answer_column is None):
        return ("needs to know what was answered", 'Send "answer_column", or one "answer" for all rows.')
    if rule.purpose == "service":
        return ("service messages need no consent", "Name the purpose of the marketing.")
    if rule.given_at_format is not None and rule.given_at_format not in DATE_FORMATS:
        return ("has no such format of dates", f"Send one of: {', '.join(DATE_FORMATS)}.")
    return None


def refuse_unclear(row: SheetRow, rule: ConsentRule, places: Mapping[str, int]) -> None:
    """Raises Unreadable for an answer that nobody here understands: it may be that of somebody who unsubscribed."""
    if rule.answer_column is not None:
        answered = _plain(plain_cell(row.cells[places[rule.answer_column]]))
        if answered not in _ANSWERS and answered not in _SAYING_NOTHING:
            raise Unreadable(
                f"{rule.answer_column}: says neither yes nor no; write yes, no or unsubscribed, or nothing at all"
            )


def said_by(
    row: SheetRow, rule: ConsentRule, places: Mapping[str, int], formats: Mapping[str, Sequence[str]], came_at: datetime
) -> Said | None:
    """What the row says; None when it says nothing. What was said later than the file came was not said so."""

    def cell(column: str | None, constant: str | None) -> str | None:
        return (plain_cell(row.cells[places[column]]) if column is not None else constant) or None

    action = _ANSWERS.get(_plain(cell(rule.answer_column, rule.answer) or ""))
    if action is None:
        return None
    given = cell(rule.given_at_column, rule.given_at)
    at = _instant(given, rule, formats)
    if at is not None and at > came_at:
        at = None
    version = cell(rule.wording_version_column, rule.wording_version)
    source = cell(rule.source_column, rule.source)
    proofs = (("date", at), ("wording", rule.wording), ("wording version", version), ("source", source))
    lacking = tuple(name for name, value in proofs if value is None)
    return Said(action, at or came_at, rule.wording, version, source, lacking)


def consent_id_of(import_id: UUID, row: int, rule: int) -> UUID:
    """The id of what that row says by that rule: the same whenever it is asked for."""
    digest = blake2b(f"{import_id}/{row}/{rule}".encode(), digest_size=16).digest()
    return UUID(int=_version_8(int.from_bytes(digest)))


def _plain(answer: str) -> str:
    return _SIGNS.sub("", answer.casefold())


def _version_8(bits: int) -> int:
    return bits & ~(0xF << 76 | 0x3 << 62) | 0x8 << 76 | 0x2 << 62


def _instant(text: str | None, rule: ConsentRule, formats: Mapping[str, Sequence[str]]) -> datetime | None:
    if text is None:
        return None
    fitting = [form for form in formats.get(rule.given_at_column or "", ()) if form in DATE_FORMATS]
    form = rule.given_at_format or (fitting[0] if len(fitting) == 1 else "YYYY-MM-DD")
    try:
        return datetime.fromisoformat(read_date(text, form)).replace(tzinfo=UTC)
    except Unreadable:
        return None
