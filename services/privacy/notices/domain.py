"""Purposes, the legal bases on which they may rest, and wordings (notices) that people saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Self
from uuid import UUID

from services.privacy.identity.domain import CHANNELS


class Basis(StrEnum):
    """Why somebody may be written to, or why a statement was recorded."""

    CONSENT = "consent"
    SOFT_OPT_IN = "soft_opt_in"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"
    LEGAL_OBLIGATION = "legal_obligation"
    OBJECTION = "objection"


# What a grant on this basis must show beside the wording. Soft opt-in is article 13(2) of directive 2002/58/EC: the
# address was obtained with a sale, what is advertised is similar, and the person could object when it was collected.
CONDITIONS: Mapping[Basis, tuple[str, ...]] = {
    Basis.SOFT_OPT_IN: ("order", "similar_goods", "objection_offered"),
    Basis.CONTRACT: ("contract",),
    Basis.LEGITIMATE_INTEREST: ("assessment",),
}
# On these a purpose may rest; an objection rests on itself.
OFFERED = tuple(basis for basis in Basis if basis is not Basis.OBJECTION)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a grant on a basis lasts when it names no end; None: until it is withdrawn."""

    basis: Basis
    days: int | None = None

    def expiry(self, occurred_at: datetime) -> datetime | None:
        """When a grant that was given then runs out."""
        return None if self.days is None else occurred_at + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What messages are for, over which channels and on which bases. An archived one takes refusals only.

    `labels` are the words for it on pages, by language (de, en)."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    channels: tuple[str, ...] = CHANNELS
    bases: tuple[Terms, ...] = tuple(Terms(basis) for basis in OFFERED)
    built_in: bool = False
    archived: bool = False
    changed_by: str = ""
    changed_at: datetime | None = None

    def on(self, basis: Basis) -> Terms | None:
        """The terms of a basis; None when this purpose may not rest on it."""
        return next((terms for terms in self.bases if terms.basis is basis), None)

    def label(self, language: str) -> str:
        """The words for it in a language, else in English, else its name."""
        return self.labels.get(language) or self.labels.get("en") or self.name.replace("_", " ").replace(".", ": ")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that somebody saw, with the hash by which statements point at them."""

    text: str
    version: str
    notice_id: UUID | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the text, hex."""
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Notice:
    """A wording as it is shown: one version of it in one language. It never changes and is never deleted."""

    notice_id: UUID
    name: str
    version: str
    language: str
    purpose: str
    channels: tuple[str, ...]
    text: str
    recorded_at: datetime
    recorded_by: str

    @property
    def wording(self) -> Wording:
        """What a statement that was made before it points at."""
        return Wording(self.text, self.version, self.notice_id)


@dataclass(frozen=True, slots=True)
class NoticeKey:
    """How a caller names a wording."""

    name: str
    version: str
    language: str

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """The key of a notice."""
        return cls(notice.name, notice.version, notice.language)

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.language})"


def missing_proof(basis: str, evidence: Mapping[str, object], *, worded: bool) -> tuple[str, ...]:
    """What a grant lacks to be provable: the wording that was shown, and what its basis asks for.

    A flag must be true, a reference must not be empty.
    """
    lacking = [] if worded else ["wording"]
    lacking += [f"evidence.{name}" for name in CONDITIONS.get(Basis(basis), ()) if not evidence.get(name)]
    return tuple(lacking)
