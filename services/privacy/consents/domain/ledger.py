"""Statements about consent, the ledger that keeps them, and the heads that say what holds after them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Literal
from uuid import UUID

from services.privacy.identity.domain import subject_of

EVERY_PURPOSE = "*"
"""A refusal of this purpose refuses every one, also those that nobody has defined yet."""

WithdrawnVia = Literal["one_click", "page", "api", "complaint"]


class Action(StrEnum):
    """What was said. `denied` answers a question with no; `withdrawn` takes an earlier yes back."""

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """What a statement is about: one subject, one purpose, one channel. The subject is a customer, or an address
    (`subject_of` its hash)."""

    customer_id: UUID
    purpose: str
    channel: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What makes a statement provable: who recorded it, the exact wording shown and its version (`notice_id` where it
    is one that is kept), the legal basis, and evidence (a form's id, an address of origin, a call's recording), as the
    firm chooses. `lacking` names what a grant lacks to be one: it stands in the ledger and permits nothing."""

    recorded_by: str
    basis: str = "consent"
    wording: str | None = None
    wording_version: str | None = None
    evidence: dict[str, object] = field(default_factory=dict)
    withdrawn_via: WithdrawnVia | None = None
    campaign_id: UUID | None = None
    message_id: UUID | None = None
    notice_id: UUID | None = None
    lacking: tuple[str, ...] = ()

    @property
    def wording_hash(self) -> str | None:
        """SHA-256 of the wording, hex: by it each statement points at the words that were seen."""
        return None if self.wording is None else sha256(self.wording.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Given:
    """The address for which a statement was made: its hash, and how often it had changed hands by then. `alone`: the
    caller named nothing but the address, so a grant is one of whoever has it. `former`: the hash is from before
    addresses were hashed as they are today."""

    fingerprint: str
    generation: int = 0
    alone: bool = False
    former: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the ledger before it is written. `occurred_at` is when the customer said it; `given` is the address
    that was named with it, if one was."""

    consent_id: UUID
    scope: Scope
    action: Action
    occurred_at: datetime
    proof: Proof
    expires_at: datetime | None = None
    given: Given | None = None

    def __post_init__(self) -> None:
        if self.expires_at is not None and self.action is not Action.GRANTED:
            raise ValueError("only a grant expires")
        if self.expires_at is not None and self.expires_at <= self.occurred_at:
            raise ValueError("a grant expires after it was given")

    @property
    def at_address(self) -> bool:
        """The line stands at the address itself, not at a customer."""
        return _at_address(self.scope, self.given)


@dataclass(frozen=True, slots=True)
class Line:
    """A statement as it stands in the ledger. `effective` is false when it changed nothing that holds."""

    statement: Statement
    version: int
    effective: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """What holds for a scope. `version` is the number of the change that made it so, greater for every later change.
    `refused_at` is when the latest refusal was said, also one that a newer grant has replaced."""

    scope: Scope
    action: Action
    consent_id: UUID
    version: int
    occurred_at: datetime
    expires_at: datetime | None
    refused_at: datetime | None
    expired: bool = False
    given: Given | None = None

    @property
    def at_address(self) -> bool:
        """It holds for an address, not for a customer."""
        return _at_address(self.scope, self.given)

    @property
    def granted(self) -> bool:
        """A grant holds, or held until it expired."""
        return self.action is Action.GRANTED

    def has_run_out(self, now: datetime) -> bool:
        """The grant has run out."""
        return self.granted and self.expires_at is not None and self.expires_at <= now

    def state(self, now: datetime) -> Literal["granted", "denied", "unknown"]:
        """The state as it is published to the other services."""
        if not self.granted:
            return "denied"
        return "unknown" if self.has_run_out(now) else "granted"


def head_after(head: Head | None, statement: Statement, version: int, everything: Head | None = None) -> Head | None:
    """The head after `statement`, or None when it changes nothing that holds (it stays in the ledger as history).

    A refusal holds from the moment it is recorded, however old: nobody argues with a no. A grant holds unless a refusal
    or another grant was said after it, so that a late import of old forms revives nothing; `everything` is the same
    subject's refusal of every purpose, which counts as one. A grant that nothing proves changes nothing.
    """
    if statement.proof.lacking and statement.action is Action.GRANTED:
        return None
    at = statement.occurred_at
    refused_at = _latest(*(known.refused_at for known in (head, everything) if known is not None))
    if statement.action is Action.GRANTED:
        if refused_at is not None and at < refused_at:
            return None
        if head is not None and head.granted and at < head.occurred_at:
            return None
    else:
        refused_at = _latest(refused_at, at)
    return Head(
        scope=statement.scope,
        action=statement.action,
        consent_id=statement.consent_id,
        version=version,
        occurred_at=at,
        expires_at=statement.expires_at,
        refused_at=refused_at,
        given=statement.given,
    )


def mark_expired(head: Head, version: int) -> Head:
    """The head once its expiry has been published."""
    return replace(head, version=version, expired=True)


def for_purpose(heads: Iterable[Head], purpose: str, channel: str) -> list[Head]:
    """What holds for a purpose and channel, one head per subject: what was said about the purpose, and a refusal of
    everything, which a later grant of this purpose has answered and which refuses whatever was not asked."""
    own: dict[UUID, Head] = {}
    everything: dict[UUID, Head] = {}
    for head in heads:
        if head.scope.channel == channel and head.scope.purpose == purpose:
            own[head.scope.customer_id] = head
        elif head.scope.channel == channel and head.scope.purpose == EVERY_PURPOSE:
            everything[head.scope.customer_id] = head
    subjects = sorted({*own, *everything})
    return [_with_everything(own.get(subject), everything.get(subject)) for subject in subjects]


def _with_everything(head: Head | None, everything: Head | None) -> Head:
    if head is None or everything is None:
        found = head or everything
        assert found is not None
        return found
    version = head.version if head.granted else max(head.version, everything.version)
    return replace(head, version=version, refused_at=_latest(head.refused_at, everything.refused_at))


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _at_address(scope: Scope, given: Given | None) -> bool:
    return given is not None and scope.customer_id == subject_of(given.fingerprint)
