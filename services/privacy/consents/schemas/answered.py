"""What callers are told about consent."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import (
    BaseModel,
    Field,
)

from services.privacy.consents.domain.ledger import Action, Head, Line, WithdrawnVia
from services.privacy.consents.service.drafts import Recorded
from services.privacy.consents.service.overview import Overview
from shared.errors import Refusal
from shared.web.paging import encode_cursor


class ConsentOut(BaseModel):
    """A line of the ledger. `effective` is false when something said later held already. `version` orders all changes
    of a customer as they were committed. A statement by an address may have two lines, with one consent_id."""

    consent_id: UUID
    customer_id: UUID | None = Field(
        description="null when the line stands at an address: it holds for whoever has the address; and for a "
        "browser's key, which is not told whose the address is"
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

    def without_what_is_known(self) -> Self:
        """The same for somebody who may not learn whose the address is, nor what was said before."""
        hidden = {
            "customer_id": None,
            "at_address": False,
            "blocked_by_address": False,
            "effective": False,
            "version": 0,
        }
        return self.model_copy(update=hidden)


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
