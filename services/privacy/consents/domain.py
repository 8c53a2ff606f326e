"""Consent: what a customer said about a purpose and a channel, and what holds after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.privacy.permits.domain import Reason

WithdrawnVia = Literal["one_click", "page", "api", "complaint"]


class Action(StrEnum):
    """What was said. `denied` answers a question with no; `withdrawn` takes an earlier yes back."""

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """What a statement is about: one customer, one purpose, one channel."""

    customer_id: UUID
    purpose: str
    channel: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What makes a statement provable: who recorded it, the exact wording shown and its version, the legal basis, and
    evidence (a form's id, an address of origin, a call's recording), as the firm chooses."""

    recorded_by: str
    basis: str = "consent"
    wording: str | None = None
    wording_version: str | None = None
    evidence: dict[str, object] = field(default_factory=dict)
    withdrawn_via: WithdrawnVia | None = None
    campaign_id: UUID | None = None
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the ledger before it is written. `occurred_at` is when the customer said it."""

    consent_id: UUID
    scope: Scope
    action: Action
    occurred_at: datetime
    proof: Proof
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.expires_at is not None and self.action is not Action.GRANTED:
            raise ValueError("only a grant expires")
        if self.expires_at is not None and self.expires_at <= self.occurred_at:
            raise ValueError("a grant expires after it was given")


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


def head_after(head: Head | None, statement: Statement, version: int) -> Head | None:
    """The head after `statement`, or None when it changes nothing that holds (it stays in the ledger as history).

    A refusal holds from the moment it is recorded, however old: nobody argues with a no. A grant holds unless a refusal
    or another grant was said after it, so that a late import of old forms revives nothing.
    """
    at = statement.occurred_at
    if statement.action is Action.GRANTED and head is not None:
        if head.refused_at is not None and at < head.refused_at:
            return None
        if head.granted and at < head.occurred_at:
            return None
    refused_at = head.refused_at if head is not None else None
    if statement.action is not Action.GRANTED:
        refused_at = max(refused_at, at) if refused_at is not None else at
    return Head(
        scope=statement.scope,
        action=statement.action,
        consent_id=statement.consent_id,
        version=version,
        occurred_at=at,
        expires_at=statement.expires_at,
        refused_at=refused_at,
    )


def mark_expired(head: Head, version: int) -> Head:
    """The head once its expiry has been published."""
    return replace(head, version=version, expired=True)


def judge(heads: Sequence[Head], current: UUID, now: datetime) -> Reason | None:
    """May something be sent under these heads: one purpose, one channel, every id of one customer? None means yes.

    The most restrictive id wins: a refusal under any id refuses all, unless the current id holds a grant that was both
    said and recorded after every refusal (the person said yes again, knowing whom they are). Without a refusal any
    grant that has not run out is enough, since all ids are one person.
    """
    refusals = [head for head in heads if not head.granted]
    if refusals:
        own = next((head for head in heads if head.scope.customer_id == current and head.granted), None)
        if own is not None and not own.has_run_out(now) and all(_later(own, refusal) for refusal in refusals):
            return None
        withdrawn = any(head.action is Action.WITHDRAWN for head in refusals)
        return Reason.WITHDRAWN if withdrawn else Reason.NO_CONSENT
    if any(not head.has_run_out(now) for head in heads):
        return None
    return Reason.EXPIRED if heads else Reason.NO_CONSENT


def _later(grant: Head, refusal: Head) -> bool:
    refused_at = refusal.refused_at or refusal.occurred_at
    return grant.version > refusal.version and grant.occurred_at >= refused_at
