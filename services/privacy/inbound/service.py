"""Take answers: withdraw where a word stops, keep everything else until it is passed on."""

from __future__ import annotations

from dataclasses import dataclass

from services.privacy.consents.domain.ledger import Proof
from services.privacy.consents.service.drafts import withdraw_for
from services.privacy.identity.domain import Hashing, Reference, kind_of
from services.privacy.inbound import repository
from services.privacy.inbound.domain import REMEMBERED, Answer, Word, word_of
from shared.contracts.interactions import Identifier
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of an answer. `repeated`: it was taken before, and nothing happened now."""

    word: Word | None
    withdrawn: int
    repeated: bool = False

    @property
    def passed_on(self) -> bool:
        """It becomes a contact; only a word that stops does not."""
        return self.word is not Word.STOP


async def take_answer(tx: Tx, hashing: Hashing, answer: Answer) -> Outcome:
    """A word that stops withdraws everything on this channel, at the address that sent it and of its owner; a word that
    starts grants nothing, since nobody has shown any wording. Everything else waits to be passed on. Sent again under
    the same id it changes nothing."""
    word = word_of(answer.text)
    if not await repository.add(tx, hashing.key, answer, word, keep=word is not Word.STOP):
        before = await repository.taken(tx, answer.provider, answer.message_id)
        return Outcome(before.word, before.withdrawn, repeated=True)
    if word is not Word.STOP:
        return Outcome(word, 0)
    sender = Reference(None, (Identifier(kind=kind_of(answer.channel), value=answer.sender),))
    evidence = {
        "answer": answer.message_id,
        "word": answer.text.strip()[:100],
        "received_at": answer.received_at.isoformat(),
    }
    proof = Proof(recorded_by=answer.provider, basis="objection", withdrawn_via="api", evidence={**evidence})
    lines = await withdraw_for(tx, hashing, sender, proof, purpose=None, channel=answer.channel)
    await repository.note_withdrawn(tx, answer, len(lines))
    return Outcome(word, len(lines))


async def waiting(tx: Tx, hashing: Hashing, limit: int) -> list[Answer]:
    """Answers that are still to be passed on, the oldest first."""
    return list(await repository.waiting(tx, hashing.key, limit))


async def note_passed(tx: Tx, answer: Answer) -> None:
    """The answer was passed on; its words are gone from here."""
    await repository.note_passed(tx, answer)


async def forget_old(tx: Tx) -> int:
    """Answers of long ago are forgotten, as far as they were passed on; returns how many."""
    return await repository.forget(tx, tx.now - REMEMBERED)
