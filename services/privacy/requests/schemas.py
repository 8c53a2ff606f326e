"""Bodies of requests and answers about requests of data subjects."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.privacy.identity.domain import Hashing, Reference
from services.privacy.notices.schemas import Language
from services.privacy.requests.domain.requests import (
    LONGEST_EXTENSION_DAYS,
    Archive,
    Kind,
    RequestState,
    SubjectRequest,
)
from services.privacy.requests.service.taking import Asked
from shared.contracts.inbound import CustomerRef, Strict
from shared.contracts.times import Instant

Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")]
_CUSTOMER = "8f0d3c51-0b1e-8c55-9a77-5b1d0a4e2f01"


class RequestIn(Strict):
    """What somebody asks for about their own data. Asked again while it is open, it is the same request."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"customer": {"customer_id": _CUSTOMER}, "kind": "access", "identity_checked": False}]
        }
    )

    customer: CustomerRef = Field(
        description="by customer_id or external_id, or a card or e-mail of theirs for sure. An e-mail or phone that is "
        "named counts for itself, too: an objection holds at it, and an erasure suppresses it"
    )
    kind: Kind = Field(description="what is asked for")
    received_at: Instant | None = Field(None, description="from which the deadline runs; now when absent")
    identity_checked: bool = Field(False, description="the person is known to be who they say: it is acted on at once")
    language: Language = Field("en", description="of the answer")
    note: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = Field(
        "", description="what was said; emptied when the person is erased"
    )

    def asked(self, customer_id: UUID, hashing: Hashing, taken_by: str) -> Asked:
        """What the use case takes."""
        email = self.customer.email
        return Asked(
            customer_id,
            self.kind,
            self.language.partition("-")[0],
            self.note,
            taken_by,
            self.received_at,
            self.identity_checked,
            hashing.addresses(Reference.of(self.customer)),
            hashing.second_selves(email) if email is not None else (),
        )


class CheckIn(Strict):
    """How it was found out that the person is who they say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"how": "called back at the number on file"}]})

    how: Text = Field(description="what convinced; no copy of a document")


class ExtensionIn(Strict):
    """Why the answer takes longer; the person is told."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"days": 30, "reason": "several archives"}]})

    days: Annotated[int, Field(ge=1, le=LONGEST_EXTENSION_DAYS)] = Field(description="how many more")
    reason: Text = Field(description="why")


class ReasonIn(Strict):
    """Why it is refused; the person is told."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "identity not shown"}]})

    reason: Text = Field(description="why")


class DoneIn(Strict):
    """What was done about it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"done": "surname corrected"}]})

    done: Text = Field(description="what was done")


class StepOut(BaseModel):
    """Something that was done."""

    at: datetime = Field(description="when")
    by: str = Field(description="the API key, or privacy itself")
    what: str = Field(description="what was done")
    detail: str = Field(description="more of it")


class RequestOut(BaseModel):
    """A request with all that was done about it."""

    request_id: UUID = Field(description="the request")
    customer_id: UUID = Field(description="whom it is about")
    kind: Kind = Field(description="what is asked for")
    state: RequestState = Field(description="where it stands")
    received_at: datetime = Field(description="from which the deadline runs")
    due_at: datetime = Field(description="the deadline")
    overdue: bool = Field(description="the deadline has passed without an answer")
    due_soon: bool = Field(description="the deadline is within a week")
    extended_for: str | None = Field(description="why the deadline is later than a month")
    identity_checked_by: str | None = Field(description="the API key that checked the identity")
    erasure_id: UUID | None = Field(description="the erasure that it led to")
    language: str = Field(description="of the answer")
    note: str = Field(description="what was said")
    closed_at: datetime | None = Field(description="when it was answered or refused")
    steps: list[StepOut] = Field(description="what was done, the oldest first")

    @classmethod
    def of(cls, request: SubjectRequest, now: datetime) -> Self:
        """A request as it is shown."""
        return cls(
            request_id=request.request_id,
            customer_id=request.customer_id,
            kind=request.kind,
            state=request.state,
            received_at=request.received_at,
            due_at=request.due_at,
            overdue=request.overdue(now),
            due_soon=request.due_soon(now),
            extended_for=request.extended_for,
            identity_checked_by=request.identity_checked_by,
            erasure_id=request.erasure_id,
            language=request.language,
            note=request.note,
            closed_at=request.closed_at,
            steps=[StepOut(at=step.at, by=step.by, what=step.what, detail=step.detail) for step in request.steps],
        )


class ArchiveLinkOut(BaseModel):
    """Where the person fetches the archive, once. Give it to nobody else."""

    url: str = Field(description="the page with the button")
    expires_at: datetime = Field(description="until when it may be fetched")
    size: int = Field(description="of the file, in bytes")
    sha256: str = Field(description="of the file, hex")

    @classmethod
    def of(cls, archive: Archive, url: str) -> Self:
        """The link to an archive that waits."""
        return cls(url=url, expires_at=archive.expires_at, size=archive.size, sha256=archive.sha256)
