"""A request of a data subject: what is asked, until when it is answered, and what was done so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.privacy.identity.domain import NamedAddress

# GDPR article 12(3): one month, and two more where it is complex; practice counts 30 days each.
DEADLINE = timedelta(days=30)
LONGEST_EXTENSION_DAYS = 60
# Shown as due soon: time enough to answer.
WARNING = timedelta(days=7)
# How long an archive waits to be fetched, and how long a download may be taken up again.
ARCHIVE_KEPT = timedelta(days=14)
RESUMABLE = timedelta(hours=1)


class Kind(StrEnum):
    """What is asked for, by articles 15, 16, 17, 18, 20 and 21: `objection` is to marketing, `profiling` to being
    scored and segmented."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    PROFILING = "profiling"


class RequestState(StrEnum):
    """`waiting` for the identity check; `working`; `ready` to be handed out; `answered`; or `refused`."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    ANSWERED = "answered"
    REFUSED = "refused"

    @property
    def is_open(self) -> bool:
        """Somebody still owes an answer."""
        return self not in (RequestState.ANSWERED, RequestState.REFUSED)


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, by whom and when. The text names nobody but officers."""

    at: datetime
    by: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """A request with its steps, the oldest first. `erasure_id` names the erasure that it led to. `addresses` were named
    with the customer, and `second_selves` are the ids that these derive: kept until the request is acted on."""

    request_id: UUID
    customer_id: UUID
    kind: Kind
    state: RequestState
    received_at: datetime
    due_at: datetime
    language: str
    note: str = ""
    extended_for: str | None = None
    identity_checked_by: str | None = None
    erasure_id: UUID | None = None
    closed_at: datetime | None = None
    steps: tuple[Step, ...] = field(default_factory=tuple)
    addresses: tuple[NamedAddress, ...] = ()
    second_selves: tuple[UUID, ...] = ()

    def naming(self, addresses: tuple[NamedAddress, ...], second_selves: tuple[UUID, ...]) -> SubjectRequest:
        """The request with what was named when it was asked again."""
        return replace(
            self,
            addresses=tuple(dict.fromkeys((*self.addresses, *addresses))),
            second_selves=tuple(sorted({*self.second_selves, *second_selves})),
        )

    def overdue(self, now: datetime) -> bool:
        """The deadline has passed without an answer."""
        return self.state.is_open and self.due_at <= now

    def due_soon(self, now: datetime) -> bool:
        """The deadline is near."""
        return self.state.is_open and now < self.due_at <= now + WARNING


@dataclass(frozen=True, slots=True)
class Archive:
    """The answer to a request for what is kept, as it waits to be fetched. `fetched_at` is when it was first."""

    request_id: UUID
    sha256: str
    size: int
    made_at: datetime
    expires_at: datetime
    fetched_at: datetime | None = None

    def may_be_fetched(self, now: datetime) -> bool:
        """Once: for an hour after the first time, so that a broken download can be taken up again."""
        if self.fetched_at is not None and now >= self.fetched_at + RESUMABLE:
            return False
        return now < self.expires_at
