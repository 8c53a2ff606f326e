"""Bodies of requests and answers about erasures."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.privacy.erasures.domain import Erasure, ErasureState, Outcome
from services.privacy.erasures.service.requests import Request
from services.privacy.identity.domain import Hashing
from shared.contracts.addressing import AddressIn
from shared.contracts.inbound import CustomerRef, Strict

PersonId = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]


class ErasureIn(Strict):
    """A data subject's request: by customer_id or external_id, or by a card or e-mail that a server of the firm said is
    the customer's. `addresses` go on the suppression list before anything is erased, beside those that the customer
    has and those to which messages were permitted; only hashes are kept."""

    customer: CustomerRef
    requested_by: PersonId = Field(description="who took the request; an id, no name of the data subject")
    identity_checked: bool = Field(description="false: recorded with its deadline, runs once the check is recorded")
    addresses: Annotated[list[AddressIn], Field(max_length=50)] = Field(default_factory=list)
    address_only: bool = Field(
        False, description="nobody is known to have the e-mail or phone in `customer`: erase what was said by it"
    )

    def request(self, customer_id: UUID, hashing: Hashing, recorded_by: str) -> Request:
        """What the use case takes."""
        addresses = [*self.addresses]
        if self.customer.email is not None:
            addresses.append(AddressIn(channel="email", address=self.customer.email))
        if self.customer.phone is not None:
            addresses += [AddressIn(channel=channel, address=self.customer.phone) for channel in ("sms", "phone")]
        hashed = {hashing.address(named.channel, named.address).on(named.channel) for named in addresses}
        emails = [named.address for named in addresses if named.channel == "email"]
        second_selves = {found for email in emails for found in hashing.second_selves(email)}
        return Request(
            customer_id,
            self.requested_by,
            self.identity_checked,
            tuple(sorted(hashed)),
            recorded_by,
            tuple(sorted(second_selves)),
        )


class ReceiptOut(BaseModel):
    """What a service erased, store by store, and what it still found."""

    service: str
    stores: dict[str, int]
    remaining: dict[str, int]
    received_at: datetime


class ErasureOut(BaseModel):
    """A request and what has become of it. `missing` are the services without a clean receipt; `…_by` are API keys.
    `outcome`, once it is completed: `erased`; `unknown_subject`, when no service knew anybody under these ids (no
    certificate is given: is the id the right one?); `erased_before`, when an earlier request left nothing."""

    erasure_id: UUID
    customer_id: UUID
    aliases: list[UUID]
    state: ErasureState
    outcome: Outcome | None
    requested_by: str
    requested_at: datetime
    due_at: datetime
    overdue: bool
    held: bool = Field(description="the identity is checked, and a legal hold keeps it from running")
    recorded_by: str
    identity_checked_at: datetime | None
    identity_checked_by: str | None
    rejected_by: str | None
    asked_at: datetime | None
    asked: int
    completed_at: datetime | None
    missing: list[str]
    receipts: list[ReceiptOut]
    certificate: dict[str, object] | None

    @classmethod
    def of(cls, erasure: Erasure, now: datetime) -> Self:
        """A request as it stands at `now`."""
        return cls(
            erasure_id=erasure.erasure_id,
            customer_id=erasure.customer_id,
            aliases=list(erasure.aliases),
            state=erasure.state,
            outcome=erasure.outcome,
            requested_by=erasure.requested_by,
            requested_at=erasure.requested_at,
            due_at=erasure.due_at,
            overdue=erasure.overdue(now),
            held=erasure.held,
            recorded_by=erasure.recorded_by,
            identity_checked_at=erasure.identity_checked_at,
            identity_checked_by=erasure.identity_checked_by,
            rejected_by=erasure.rejected_by,
            asked_at=erasure.asked_at,
            asked=erasure.asked,
            completed_at=erasure.completed_at,
            missing=list(erasure.missing),
            receipts=[
                ReceiptOut(
                    service=receipt.service,
                    stores=dict(receipt.stores),
                    remaining=dict(receipt.remaining),
                    received_at=receipt.received_at,
                )
                for receipt in erasure.receipts
            ],
            certificate=dict(erasure.certificate) if erasure.certificate is not None else None,
        )
