"""Events of `privacy`: consent, suppression, restriction, erasure."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Fact
from shared.contracts.times import Instant

ConsentState = Literal["granted", "denied", "unknown"]


class ConsentChanged(Fact):
    """What holds now for (purpose, channel) of this customer; `withdrawn_via` is set when a person took it back."""

    TYPE: ClassVar[str] = "privacy.consent_changed.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    consent_id: UUID
    purpose: str
    channel: str
    state: ConsentState
    expires_at: Instant | None = None
    withdrawn_via: Literal["one_click", "page", "api", "complaint"] | None = None
    campaign_id: UUID | None = None
    message_id: UUID | None = None


class AddressConsentChanged(Fact):
    """What holds now for (purpose, channel) of an address, whoever has it. The subject is the address itself, no
    customer; `fingerprint` is the keyed hash of (kind, normalised address), hex. Purpose `*`: every purpose."""

    TYPE: ClassVar[str] = "privacy.address_consent_changed.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    fingerprint: str
    consent_id: UUID
    purpose: str
    channel: str
    state: ConsentState
    expires_at: Instant | None = None


class PreferencesChanged(Fact):
    """How this customer wants to be written to from now on: not before `paused_until`, in which language, and for each
    purpose how often at most (all, weekly, monthly; all when it is not named)."""

    TYPE: ClassVar[str] = "privacy.preferences_changed.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    paused_until: Instant | None = None
    language: str | None = None
    frequencies: dict[str, str] = Field(default_factory=dict)


class SignupRequested(Fact):
    """Somebody signed up by an address that has to confirm: the subject is the sign-up, no customer. Campaigns writes
    to it once; `expires_at` is when the link ends to work."""

    TYPE: ClassVar[str] = "privacy.signup_requested.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    signup_id: UUID
    language: str
    expires_at: Instant


class LedgerSealed(Fact):
    """The head of the chain of seals over the consent ledger: nothing up to this number can be changed unseen. The
    subject is the ledger itself, no customer."""

    TYPE: ClassVar[str] = "privacy.ledger_sealed.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    seq: int
    link: str


class SuppressionChanged(Fact):
    """An address of this customer was put on or taken off the suppression list of a channel; `fingerprint` is its keyed
    hash (hex)."""

    TYPE: ClassVar[str] = "privacy.suppression_changed.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    channel: str
    active: bool
    reason: str
    fingerprint: str | None = None


class RestrictionChanged(Fact):
    """Processing of this customer's data is restricted (or no longer is)."""

    TYPE: ClassVar[str] = "privacy.restriction_changed.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    restricted: bool


class ErasureRequested(Fact):
    """The tombstone: from here on every service erases this customer (and `aliases`), checks itself and reports.
    `fingerprints` are keyed hashes (hex) of the addresses that are erased with them, as far as they are known."""

    TYPE: ClassVar[str] = "privacy.erasure_requested.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    request_id: UUID
    aliases: list[UUID]
    fingerprints: list[str] = Field(default_factory=list)


class ErasureCompleted(Fact):
    """Every store of every service has reported; `log_clean_at` is when the topics will have aged out."""

    TYPE: ClassVar[str] = "privacy.erasure_completed.v1"
    TOPIC: ClassVar[str] = "privacy-events"

    request_id: UUID
    certificate_id: UUID
    log_clean_at: Instant
