"""The gate: an ordered list of small rules that every message passes at the moment of sending.

A new rule is a function below and a line in RULES; what it needs to know is a field of `Facts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal
from uuid import UUID

from services.campaigns.gate.domain.caps import when_allowed
from services.campaigns.gate.domain.holdout import is_held_out
from services.campaigns.gate.domain.policy import Policy
from services.campaigns.gate.domain.quiet_hours import end_of_quiet
from services.campaigns.gate.domain.terms import Terms, TermsState
from services.campaigns.messages.domain.ledger import Sent

# How often a card without an address is asked for again: the address may still be on its way to `customers`.
ADDRESS_TRIES = 8


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one message at this moment.

    `root` stands for the customer's whole alias group; `member` is whether the group is in the segment of the terms;
    `card_found` is None where nobody asked; `address_state` says whether this one-off already has another message for
    the same address (`pending` or `reached`); `sent` is what the group was sent over all campaigns.
    """

    now: datetime
    terms: Terms
    policy: Policy
    halted: bool
    expires_at: datetime
    attempts: int
    root: UUID
    zone: tzinfo
    erased: bool = False
    restricted: bool = False
    blocked: bool = False
    complaint: bool = False
    member: bool = False
    consent_denied: bool = False
    card_found: bool | None = True
    has_address: bool = True
    address_allowed: bool = True
    address_state: Literal["free", "pending", "reached"] = "free"
    sent: tuple[Sent, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be sent; the reason is kept."""

    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: at `until`, or after the machine's backoff when it is None."""

    reason: str
    until: datetime | None = None


Verdict = Refused | Deferred | None
Rule = Callable[[Facts], Verdict]


def not_erased(facts: Facts) -> Verdict:
    """Nobody writes to a person who was erased."""
    return Refused("erased") if facts.erased else None


def campaign_not_over(facts: Facts) -> Verdict:
    """What still waits when a campaign was stopped is not sent."""
    return Refused("campaign-stopped") if facts.terms.state is TermsState.OVER else None


def not_too_late(facts: Facts) -> Verdict:
    """Past its expiry a message is of no use to anybody."""
    return Refused("too-late") if facts.now >= facts.expires_at else None


def switch_on(facts: Facts) -> Verdict:
    """The stop-all switch halts everything and refuses nothing."""
    return Deferred("stop-all") if facts.halted else None


def campaign_not_paused(facts: Facts) -> Verdict:
    """A paused campaign waits."""
    return Deferred("campaign-paused") if facts.terms.state is TermsState.PAUSED else None


def not_restricted(facts: Facts) -> Verdict:
    """Processing of this customer's data is restricted."""
    return Refused("restricted") if facts.restricted else None


def not_blocked(facts: Facts) -> Verdict:
    """The firm does no business with this customer."""
    return Refused("blocked") if facts.blocked else None


def no_open_complaint(facts: Facts) -> Verdict:
    """Whoever waits for an answer to a complaint gets no advertising, where the policy says so."""
    spared = facts.complaint and facts.policy.spare_complaints and facts.terms.is_marketing
    return Refused("open-complaint") if spared else None


def still_applies(facts: Facts) -> Verdict:
    """What triggered the message must still be true when it leaves. A one-off's audience is frozen."""
    segment = facts.terms.segment
    if segment is None:
        return None
    if segment.inside:
        return None if facts.member else Refused("left-segment")
    return Refused("entered-again") if facts.member else None


def consent_not_denied(facts: Facts) -> Verdict:
    """Filters early by the local copy; only privacy's permit decides."""
    return Refused("no-consent") if facts.consent_denied else None


def card_is_there(facts: Facts) -> Verdict:
    """The customer's record may still be on its way."""
    return Deferred("no-card") if facts.card_found is False else None


def address_is_there(facts: Facts) -> Verdict:
    """Asked for a few times, then given up."""
    if facts.has_address:
        return None
    return Deferred("no-address") if facts.attempts < ADDRESS_TRIES else Refused("no-address")


def recipient_allowed(facts: Facts) -> Verdict:
    """Outside production only recipients of the allow-list."""
    return None if facts.address_allowed else Refused("not-in-allow-list")


def one_per_address(facts: Facts) -> Verdict:
    """A household that shares an address gets a one-off once."""
    if facts.address_state == "free":
        return None
    return Refused("duplicate-address") if facts.address_state == "reached" else Deferred("duplicate-address")


def outside_quiet_hours(facts: Facts) -> Verdict:
    """In the customer's own zone; a campaign's hours go before the policy's."""
    terms = facts.terms
    quiet = terms.quiet_hours or (facts.policy.quiet_hours if terms.is_marketing else None)
    until = end_of_quiet(quiet, facts.now, facts.zone)
    return Deferred("quiet-hours", until) if until > facts.now else None


def within_caps(facts: Facts) -> Verdict:
    """Over all campaigns and alias group; the campaign's own cap as well."""
    terms = facts.terms
    until = when_allowed(
        facts.policy.caps if terms.is_marketing else (),
        terms.cap,
        facts.sent,
        purpose=terms.purpose,
        campaign_id=terms.campaign_id,
        now=facts.now,
    )
    return Deferred("frequency-cap", until) if until > facts.now else None


def not_held_out(facts: Facts) -> Verdict:
    """Last of all, so that those held out could have been sent to like the others: only then they compare."""
    holdout = facts.terms.holdout
    held = holdout is not None and is_held_out(facts.root, holdout.salt, holdout.percent)
    return Refused("holdout") if held else None


RULES: tuple[Rule, ...] = (
    not_erased,
    campaign_not_over,
    not_too_late,
    switch_on,
    campaign_not_paused,
    not_restricted,
    not_blocked,
    no_open_complaint,
    still_applies,
    consent_not_denied,
    card_is_there,
    address_is_there,
    recipient_allowed,
    one_per_address,
    outside_quiet_hours,
    within_caps,
    not_held_out,
)


def judge(facts: Facts, rules: tuple[Rule, ...] = RULES) -> Verdict:
    """The first rule's objection, or None: it may be claimed. Nothing is deferred beyond its expiry."""
    for rule in rules:
        verdict = rule(facts)
        if isinstance(verdict, Deferred) and verdict.until is not None:
            return Deferred(verdict.reason, min(verdict.until, facts.expires_at))
        if verdict is not None:
            return verdict
    return None
