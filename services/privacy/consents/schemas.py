"""Bodies of requests and answers about consent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from services.privacy.consents.domain.ledger import EVERY_PURPOSE, Action, Head, Line, Proof, WithdrawnVia
from services.privacy.consents.service.drafts import Draft, Recorded
from services.privacy.consents.service.overview import Overview
from services.privacy.identity.domain import Reference
from services.privacy.notices.schemas import NoticeRef, WordingText
from shared.contracts.addressing import ChannelName, Purpose
from shared.contracts.inbound import Code, CustomerRef, Strict
from shared.contracts.times import Instant
from shared.errors import Invalid, Refusal
from shared.web.paging import encode_cursor
from shared.web.problems import fault_of

_MOST_FAULTS = 20
EvidenceValue = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")] | int | bool | None
Evidence = Annotated[dict[Code, EvidenceValue], Field(max_length=20)]
Basis = Literal["consent", "soft_opt_in", "contract", "legitimate_interest", "legal_obligation", "objection"]


class ConsentIn(Strict):
    """What a customer said, with its proof. A grant names the wording that was shown: one that is kept (`notice`), or
    its text and version. A grant without it, or without what its basis asks for in `evidence` (`soft_opt_in`: order,
    similar_goods, objection_offered; `contract`: contract; `legitimate_interest`: assessment), is kept as unproven and
    permits nothing; so is one that a browser's key records: use POST /signups there."""

    customer: CustomerRef
    purpose: Purpose
    channel: ChannelName
    action: Literal["granted", "denied", "withdrawn"]
    occurred_at: Instant | None = Field(None, description="when it was said; now when absent")
    expires_at: Instant | None = None
    basis: Basis = "consent"
    notice: NoticeRef | None = Field(None, description="the wording that was shown, where it is kept")
    wording: WordingText | None = Field(None, description="the exact words, where they are not kept as a notice")
    wording_version: Code | None = Field(None, description="of these words")
    evidence: Evidence = Field(default_factory=dict, description="whatever proves it: form, page, call, witness")
    campaign_id: UUID | None = None
    message_id: UUID | None = None

    @model_validator(mode="after")
    def _a_grant_is_provable(self) -> Self:
        if (self.wording is None) != (self.wording_version is None):
            raise ValueError("wording and wording_version belong together")
        if self.notice is not None and self.wording is not None:
            raise ValueError("send the notice or the wording, not both")
        if self.action != "granted" and self.expires_at is not None:
            raise ValueError("only a grant expires")
        return self

    def draft(self, recorded_by: str, *, trusted: bool = True) -> Draft:
        """What the use case takes; `recorded_by` is the API key's id, `trusted` whether a server keeps that key."""
        action = Action(self.action)
        proof = Proof(
            recorded_by=recorded_by,
            basis=self.basis,
            wording=self.wording,
            wording_version=self.wording_version,
            evidence=dict(self.evidence),
            withdrawn_via="api" if action is Action.WITHDRAWN else None,
            campaign_id=self.campaign_id,
            message_id=self.message_id,
        )
        customer = Reference.of(self.customer)
        return Draft(
            customer,
            self.purpose,
            self.channel,
            action,
            proof,
            self.occurred_at,
            self.expires_at,
            self.notice.key if self.notice is not None else None,
            trusted,
        )


def _or_refusal(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError as error:
        faults = [fault_of({**fault, "loc": ("body", *fault["loc"])}, value) for fault in error.errors()[:_MOST_FAULTS]]
        first = faults[0]
        return Invalid(f"{first['where'] or '/'}: {first['what']}.", cure=first["cure"], errors=faults)


class ConsentBatchIn(Strict):
    """Up to 500 statements; those about one customer, purpose and channel take effect in the given order. One that
    cannot be read is refused by itself, and the others are recorded."""

    items: Annotated[list[Annotated[ConsentIn, WrapValidator(_or_refusal)]], Field(min_length=1, max_length=500)]

    def drafts(self, recorded_by: str, *, trusted: bool = True) -> list[Draft | Refusal]:
        """What the use case takes of each item, or why that cannot be read."""
        items: list[ConsentIn | Refusal] = list(self.items)
        return [item if isinstance(item, Refusal) else item.draft(recorded_by, trusted=trusted) for item in items]


class WithdrawalIn(Strict):
    """Consent taken back: for the customer, and for every address that is named, whoever has it. Without purpose or
    channel: for every one of them, also purposes that are defined later."""

    customer: CustomerRef
    purpose: Purpose | Literal["*"] | None = Field(None, description="every purpose when absent, null or *")
    channel: ChannelName | None = None
    evidence: Evidence = Field(default_factory=dict)
    campaign_id: UUID | None = None
    message_id: UUID | None = None

    @property
    def one_purpose(self) -> str | None:
        """The purpose, or None for every one."""
        return None if self.purpose == EVERY_PURPOSE else self.purpose

    def proof(self, recorded_by: str) -> Proof:
        """What the ledger keeps of it."""
        return Proof(
            recorded_by=recorded_by,
            basis="objection",
            evidence=dict(self.evidence),
            withdrawn_via="api",
            campaign_id=self.campaign_id,
            message_id=self.message_id,
        )


class ConsentOut(BaseModel):
    """A line of the ledger. `effective` is false when something said later held already. `version` orders all changes
    of a customer as they were committed. A statement by an address may have two lines, with one consent_id."""

    consent_id: UUID
    customer_id: UUID | None = Field(
        description="null when the line stands at an address: it holds for whoever has the address"
    )
    at_address: bool
    blocked_by_address: bool = Field(
        False,
        description="the grant permits nothing to the customer's address, since somebody refused by that address; "
        "only a grant that names the address lifts this",
    )
    purpose: str
    channel: str
    action: Action
    effective: bool
    version: int
    occurred_at: datetime
    recorded_at: datetime
    recorded_by: str
    expires_at: datetime | None
    basis: str
    wording: str | None
    wording_version: str | None
    notice_id: UUID | None = Field(None, description="the wording, where it is one that is kept")
    wording_sha256: str | None = Field(None, description="of the wording's text, hex")
    unproven: list[str] = Field(
        default_factory=list, description="what a grant lacks to be proven; it permits nothing unless this is empty"
    )
    evidence: dict[str, object]
    withdrawn_via: WithdrawnVia | None
    campaign_id: UUID | None
    message_id: UUID | None

    @classmethod
    def of(cls, line: Line, *, blocked: bool = False) -> Self:
        """A line with its statement and proof."""
        statement, proof = line.statement, line.statement.proof
        return cls(
            consent_id=statement.consent_id,
            customer_id=None if statement.at_address else statement.scope.customer_id,
            at_address=statement.at_address,
            blocked_by_address=blocked,
            purpose=statement.scope.purpose,
            channel=statement.scope.channel,
            action=statement.action,
            effective=line.effective,
            version=line.version,
            occurred_at=statement.occurred_at,
            recorded_at=line.recorded_at,
            recorded_by=proof.recorded_by,
            expires_at=statement.expires_at,
            basis=proof.basis,
            wording=proof.wording,
            wording_version=proof.wording_version,
            notice_id=proof.notice_id,
            wording_sha256=proof.wording_hash,
            unproven=list(proof.lacking),
            evidence=proof.evidence,
            withdrawn_via=proof.withdrawn_via,
            campaign_id=proof.campaign_id,
            message_id=proof.message_id,
        )


class RefusedOut(BaseModel):
    """Why an item was not recorded."""

    slug: str
    status: int
    detail: str
    cure: str | None
    errors: list[dict[str, str]] = Field(
        default_factory=list, description="each fault of the item: where (JSON pointer into it), what, cure"
    )


class ItemOut(BaseModel):
    """What became of one item, in the order of the request: recorded, or refused."""

    recorded: ConsentOut | None = None
    refused: RefusedOut | None = None

    @classmethod
    def of(cls, outcome: Recorded | Refusal) -> Self:
        """The line that was written, or the refusal."""
        if isinstance(outcome, Recorded):
            return cls(recorded=ConsentOut.of(outcome.line, blocked=outcome.blocked))
        slug, status = outcome.slug, outcome.status
        detail, cure = outcome.detail, outcome.cure
        return cls(refused=RefusedOut(slug=slug, status=status, detail=detail, cure=cure, errors=outcome.errors))


class ItemsOut(BaseModel):
    """One result for each item."""

    items: list[ItemOut]


class WithdrawnOut(BaseModel):
    """The lines that the withdrawal added; none when everything was withdrawn already."""

    withdrawn: list[ConsentOut]


class HeadOut(BaseModel):
    """What holds under one id."""

    customer_id: UUID
    action: Action
    consent_id: UUID
    version: int
    occurred_at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, head: Head) -> Self:
        """The head of one scope."""
        return cls(
            customer_id=head.scope.customer_id,
            action=head.action,
            consent_id=head.consent_id,
            version=head.version,
            occurred_at=head.occurred_at,
            expires_at=head.expires_at,
        )


class CurrentOut(BaseModel):
    """Whether messages of this purpose may go over this channel, and why not."""

    purpose: str
    channel: str
    permitted: bool
    reason: str | None
    blocked_by_address: bool = Field(description="an address of the customer was refused by whoever wrote from it")
    by_id: list[HeadOut]


class OverviewOut(BaseModel):
    """A customer's consents over all of their ids and addresses: what holds now, and the ledger, newest first."""

    customer_id: UUID
    customer_ids: list[UUID]
    restricted: bool
    erased: bool
    current: list[CurrentOut]
    history: list[ConsentOut]
    next: str | None = Field(description="pass as `after` for older lines; null on the last page")

    @classmethod
    def of(cls, overview: Overview, limit: int) -> Self:
        """`limit` lines of an overview that was asked for one more."""
        shown = overview.history[:limit]
        more = len(overview.history) > limit
        return cls(
            customer_id=overview.group.root,
            customer_ids=list(overview.group.members),
            restricted=overview.restricted,
            erased=overview.erased,
            current=[
                CurrentOut(
                    purpose=current.purpose,
                    channel=current.channel,
                    permitted=current.refused is None,
                    reason=current.refused,
                    blocked_by_address=current.blocked_by_address,
                    by_id=[HeadOut.of(head) for head in current.heads],
                )
                for current in overview.current
            ],
            history=[ConsentOut.of(line) for line in shown],
            next=encode_cursor({"version": shown[-1].version}) if more else None,
        )
