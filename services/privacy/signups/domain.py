"""A sign-up that waits for its confirmation, the form that it may come from, and the token in the confirmation mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.security.id_tokens import make_id_token, read_id_token

# The only channel whose address can confirm by a link.
CHANNEL = "email"
# Mails to one address within a day: a stranger who types somebody's address in again and again sends no more.
MOST_A_DAY = 3
# The button pressed twice is one sign-up.
TWICE = timedelta(minutes=10)
# For so long a link that was used says so; then the row goes, and the ledger alone keeps the proof.
KEPT_CONFIRMED = timedelta(days=30)
_USE = "signup"


class SignUpState(StrEnum):
    """`pending` until the address confirms. What does not confirm in time is deleted."""

    PENDING = "pending"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs up, as they typed it."""

    email: str
    given_name: str | None = None
    family_name: str | None = None

    @property
    def names(self) -> dict[str, str]:
        """The names that were given."""
        given = {"given_name": self.given_name, "family_name": self.family_name}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class SignUp:
    """A sign-up. `person` is kept sealed, and only until the confirmation."""

    signup_id: UUID
    fingerprint: str
    language: str
    notice_ids: tuple[UUID, ...]
    source: str
    evidence: Mapping[str, object]
    requested_at: datetime
    expires_at: datetime
    state: SignUpState = SignUpState.PENDING
    confirmed_at: datetime | None = None
    person: Person | None = None

    def waits(self, now: datetime) -> bool:
        """It may still be confirmed."""
        return self.state is SignUpState.PENDING and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Form:
    """A page on which people sign up: which wordings it shows, by name, and what it asks for beside the address."""

    name: str
    titles: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    ask_name: bool = False
    archived: bool = False
    changed_by: str = ""
    changed_at: datetime | None = None

    def title(self, language: str, otherwise: str) -> str:
        """Its heading in a language, else in English, else what is said otherwise."""
        return self.titles.get(language) or self.titles.get("en") or otherwise


def age_on(day: date, birth_date: date) -> int:
    """Years that are complete on that day; who was born on 29 February is a year older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def make_token(key: str, signup_id: UUID) -> str:
    """What the confirmation link holds. It is used once: the sign-up remembers that it was confirmed."""
    return make_id_token(key, _USE, signup_id)


def read_token(key: str, token: str) -> UUID | None:
    """The sign-up of a genuine token; None for one that is damaged, forged or of another purpose."""
    return read_id_token(key, _USE, token)
