"""Take a sign-up: its address is asked by mail, and nothing else happens until it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from services.privacy.identity.domain import Hashing
from services.privacy.notices.domain import Basis, Notice, NoticeKey
from services.privacy.notices.service import read_catalogue
from services.privacy.signups import repository
from services.privacy.signups.domain import CHANNEL, MOST_A_DAY, TWICE, Person, SignUp, SignUpState, age_on
from services.privacy.signups.errors import AddressUnusable, TooYoung, WordingAsksOtherwise
from shared.contracts.privacy import SignupRequested
from shared.customers.spelling import deliverable_email, names_nobody
from shared.database.transaction import Tx
from shared.ids import new_id

# Nothing that would need quoting or could end a header; whether it exists is found out by the mail itself.
_LOCAL = re.compile(r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,\"]{1,64}")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Ages:
    """Below which age a guardian has to consent: by country, and everywhere else."""

    otherwise: int
    by_country: Mapping[str, int] = field(default_factory=dict)

    def refuse_children(self, today: date, birth_date: date | None, country: str | None) -> None:
        """Raises TooYoung."""
        least = self.by_country.get(country or "", self.otherwise)
        if birth_date is not None and age_on(today, birth_date) < least:
            raise TooYoung(
                f"Consent to marketing is given from {least} years on.",
                cure="Ask a guardian, and record what they said with POST /consents.",
                where="/birth_date",
            )


@dataclass(frozen=True, slots=True)
class SignUpRequest:
    """What a caller sends: who, which wordings they saw and ticked, in which language, and what proves it."""

    person: Person
    language: str
    notices: tuple[NoticeKey, ...]
    source: str
    evidence: Mapping[str, object]
    birth_date: date | None = None
    country: str | None = None


async def sign_up(tx: Tx, hashing: Hashing, request: SignUpRequest, *, ages: Ages, valid_h: float) -> UUID:
    """The address will be asked whether it consents to what these wordings say; returns the sign-up's id.

    The same request again within minutes is the same sign-up, and an address is asked a few times a day at most:
    callers learn of neither. Raises TooYoung, AddressUnusable, UnknownNotice, WordingAsksOtherwise.
    """
    ages.refuse_children(tx.now.date(), request.birth_date, request.country)
    notices = await _notices(tx, request.notices)
    if not is_mailbox(request.person.email):
        raise AddressUnusable("No mailbox can have this address.", cure="Send a complete e-mail.", where="/email")
    fingerprint = hashing.address(CHANNEL, request.person.email).fingerprint
    await repository.lock_address(tx, fingerprint)
    lately = await repository.recent(tx, hashing.key, fingerprint, tx.now - timedelta(days=1))
    notice_ids = tuple(sorted(notice.notice_id for notice in notices))
    again = _asked_already(lately, notice_ids, tx)
    if again is not None:
        return again.signup_id
    signup = SignUp(
        signup_id=new_id(),
        fingerprint=fingerprint,
        language=request.language,
        notice_ids=notice_ids,
        source=request.source,
        evidence=request.evidence,
        requested_at=tx.now,
        expires_at=tx.now + timedelta(hours=valid_h),
        person=request.person,
    )
    await repository.add(tx, hashing.key, signup)
    asked = SignupRequested(signup_id=signup.signup_id, language=signup.language, expires_at=signup.expires_at)
    tx.publish(asked, subject=signup.signup_id)
    return signup.signup_id


def is_mailbox(address: str) -> bool:
    """Whether a mailbox may have this address, as it is written."""
    local, _, domain = deliverable_email(address).rpartition("@")
    return bool(_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)) and not names_nobody("email", address)


def _asked_already(lately: Sequence[SignUp], notice_ids: tuple[UUID, ...], tx: Tx) -> SignUp | None:
    for signup in lately:
        same = signup.state is SignUpState.PENDING and signup.notice_ids == notice_ids
        if same and tx.now - signup.requested_at < TWICE:
            return signup
    return lately[0] if len(lately) >= MOST_A_DAY else None


async def _notices(tx: Tx, keys: Sequence[NoticeKey]) -> list[Notice]:
    catalogue = await read_catalogue(tx, keys)
    found = []
    for place, key in enumerate(keys):
        kept = catalogue.notices.get(key)
        notice = catalogue.notice(key, kept.purpose if kept else "", kept.channels[0] if kept else CHANNEL)
        if CHANNEL not in notice.channels:
            raise WordingAsksOtherwise(
                f"{key} asks for {', '.join(notice.channels)}.",
                cure="Name a wording that asks for e-mail.",
                where=f"/notices/{place}",
            )
        catalogue.granted_for(notice.purpose, CHANNEL, Basis.CONSENT.value)
        found.append(notice)
    return found
