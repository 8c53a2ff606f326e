"""Ask for permits and hand claimed messages over.

Whatever happens, each message of a batch is settled, postponed, or left claimed for the recovery: none is tried twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.content.clients import LetterWriters
from services.campaigns.content.domain.content import Letter, Reference
from services.campaigns.content.domain.frames import LetterJob
from services.campaigns.content.domain.templates import LIMITS
from services.campaigns.delivery.clients import NoAnswer, Permission, Question
from services.campaigns.delivery.domain.hand_over import Channel, Handed
from services.campaigns.delivery.streams.ledger import Ledger
from services.campaigns.delivery.streams.refusals import Refusals
from services.campaigns.gate.service.claims import Claimed
from services.campaigns.messages.domain.ledger import Message, MessageState, Settled
from shared.clock import MACHINE, Clock
from shared.observability.metrics import histogram

# A permit is used within ten seconds of asking; the server needs some of that.
PERMIT_VALID_S = 9.0
# How often a permit that grew old in our hands is asked for again before the message goes back to waiting.
# A service message waits for the firm's word whose the address is, until it is of no use any more.
_MAY_CHANGE = frozenset({"address-unconfirmed"})
_ASKS = 3

HAND_OVER_SECONDS = histogram("hand_over_seconds", "One message at the provider, from asking to its answer")


class CardsAndPermits(Protocol):
    """What sending asks of other services."""

    async def cards(self, customer_ids: Sequence[UUID]) -> dict[UUID, Card]:
        """Contact cards. Raises NoAnswer."""
        ...

    async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
        """Permits. Raises NoAnswer."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class MaySend(Protocol):
    """What a sender looks at before each message."""

    @property
    def may_send(self) -> bool:
        """Whether it may still hand over."""
        ...


@dataclass(slots=True)
class _Written:
    claimed: Claimed
    letter: Letter


@dataclass(slots=True)
class _Outcome:
    """What became of the messages so far; written in one transaction at the end."""

    settled: list[Settled] = field(default_factory=list)
    postponed: dict[str, list[Message]] = field(default_factory=dict)

    def postpone(self, message: Message, reason: str) -> None:
        self.postponed.setdefault(reason, []).append(message)


class HandOver:
    """Hands claimed messages to the channel, at most `width` at a time."""

    def __init__(
        self,
        ledger: Ledger,
        session: MaySend,
        services: CardsAndPermits,
        channel: Channel,
        writers: LetterWriters,
        refusals: Refusals,
        clock: Clock,
        width: int,
    ) -> None:
        self._ledger = ledger
        self._session = session
        self._services = services
        self._channel = channel
        self._writers = writers
        self._refusals = refusals
        self._clock = clock
        self._places = asyncio.Semaphore(width)

    async def send(self, claimed: Sequence[Claimed]) -> None:
        """Every one of `claimed` gets its permit and its hand-over, and the outcome is stored."""
        outcome = _Outcome()
        waiting = await self._write(claimed, outcome)
        for _ in range(_ASKS):
            if not waiting:
                break
            if not self._session.may_send:
                break
            waiting = await self._ask_and_send(waiting, outcome)
        for written in waiting.values():
            outcome.postpone(written.claimed.message, "withheld")
        await self._ledger.settle(outcome.settled)
        for reason, messages in outcome.postponed.items():
            await self._ledger.postpone(messages, reason)
        await self._refusals.store()

    async def _write(self, claimed: Sequence[Claimed], outcome: _Outcome) -> dict[UUID, _Written]:
        sources = {claim.message.terms_id: claim.terms.source for claim in claimed}
        jobs = [
            LetterJob(
                sources[claim.message.terms_id],
                claim.card,
                Reference(claim.message.id, claim.message.customer_id, claim.message.context),
            )
            for claim in claimed
        ]
        letters = {}
        for claim, answer in zip(claimed, await self._writers.letters(jobs, self._clock.now()), strict=True):
            if isinstance(answer, Letter):
                letters[claim.message.id] = _Written(claim, answer)
            elif answer is None:
                outcome.postpone(claim.message, LIMITS)
            else:
                outcome.settled.append(Settled(claim.message, MessageState.FAILED, answer.reason))
        return letters

    async def _ask_and_send(self, waiting: Mapping[UUID, _Written], outcome: _Outcome) -> dict[UUID, _Written]:
        """Returns those whose permit grew too old before their turn."""
        asked_at = MACHINE.monotonic()
        try:
            permissions = await self._services.permits([_question(written) for written in waiting.values()])
        except NoAnswer:
            for written in waiting.values():
                outcome.postpone(written.claimed.message, "privacy-away")
            return {}
        granted: dict[UUID, tuple[_Written, UUID]] = {}
        for message_id, written in waiting.items():
            permission = permissions.get(message_id)
            if permission is None:
                outcome.postpone(written.claimed.message, "privacy-away")
            elif permission.permit_id is None and permission.reason in _MAY_CHANGE:
                outcome.postpone(written.claimed.message, permission.reason)
            elif permission.permit_id is None:
                reason = permission.reason or "no-permit"
                outcome.settled.append(Settled(written.claimed.message, MessageState.REFUSED, reason))
            else:
                granted[message_id] = written, permission.permit_id
        tasks = [self._give(written, permit_id, asked_at, outcome) for written, permit_id in granted.values()]
        withheld = await asyncio.gather(*tasks)
        return {key: written for (key, (written, _)), held in zip(granted.items(), withheld, strict=True) if held}

    async def _give(self, written: _Written, permit_id: UUID, asked_at: float, outcome: _Outcome) -> bool:
        """True when it was held back: certainly not handed over, and worth another permit."""

        def may_go() -> bool:
            return self._session.may_send and MACHINE.monotonic() - asked_at < PERMIT_VALID_S

        async with self._places:
            began = MACHINE.monotonic()
            handed = await self._channel.hand_over(written.letter, may_go) if may_go() else Handed("withheld")
            HAND_OVER_SECONDS.observe(MACHINE.monotonic() - began)
        message = written.claimed.message
        if handed.answer == "withheld":
            return True
        if handed.answer == "blocked":
            outcome.postpone(message, "sender-refused")
            self._refusals.refused(handed.detail or "")
        elif handed.answer == "deferred":
            outcome.postpone(message, "provider" if (handed.detail or " ")[0].isdecimal() else "provider-away")
        else:
            if handed.answer == "accepted":
                self._refusals.accepted()
            outcome.settled.append(_settled(message, handed, permit_id))
        return False


def _settled(message: Message, handed: Handed, permit_id: UUID) -> Settled:
    if handed.answer == "accepted":
        return Settled(message, MessageState.HANDED_OVER, permit_id=permit_id)
    if handed.answer == "bounced":
        return Settled(message, MessageState.FAILED, "bounced", bounced=True, permit_id=permit_id)
    if handed.answer == "rejected":
        reason = f"address-{handed.detail}" if handed.detail == "needs-smtputf8" else f"rejected-{handed.detail}"
        return Settled(message, MessageState.FAILED, reason, permit_id=permit_id)
    told = handed.detail or ""
    unknown = told if told.startswith("after-data") else "connection-lost"
    return Settled(message, MessageState.UNKNOWN, unknown, permit_id=permit_id)


def _question(written: _Written) -> Question:
    message = written.claimed.message
    purpose = written.claimed.terms.purpose
    # The address as customers has it: privacy knows it by that spelling.
    address = written.claimed.card.address or written.letter.recipient
    return Question(message.id, message.customer_id, purpose, message.channel, address)
