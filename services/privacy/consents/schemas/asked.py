"""What callers send about consent."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from services.privacy.consents.domain.ledger import EVERY_PURPOSE, Action, Proof
from services.privacy.consents.service.drafts import Draft
from services.privacy.identity.domain import Reference
from services.privacy.notices.schemas import NoticeRef, WordingText
from shared.contracts.addressing import ChannelName, Purpose
from shared.contracts.inbound import Code, CustomerRef, Strict
from shared.contracts.times import Instant
from shared.errors import Invalid, Refusal
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
