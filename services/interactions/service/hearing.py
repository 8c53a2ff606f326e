"""What other services say and interactions records or remembers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError

from services.interactions import repository
from services.interactions.domain.happenings import Happening, origin_of
from services.interactions.domain.identity import Person, person_of, possible_ids
from services.interactions.service.recording import DROPPED, record
from shared.contracts.campaigns import MessageSettled
from shared.contracts.customers import CustomersMerged, IdentifierRetired, MergeUndone
from shared.contracts.envelope import Envelope, Origin
from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import Channel, ExposureRecorded, InteractionsErasureDone, ResponseRecorded
from shared.contracts.privacy import ConsentChanged, ErasureRequested
from shared.database.transaction import Tx
from shared.ids import new_id

_CHANNELS: tuple[str, ...] = get_args(Channel)
_REF = TypeAdapter(CustomerRef)
_FIRST = UUID(int=0)


async def record_settled(tx: Tx, heard: Sequence[Envelope[MessageSettled]]) -> None:
    """A message that was handed over is an exposure; one whose address does not exist is a response `bounced`."""
    happenings = []
    for one in heard:
        if one.data.outcome == "handed_over":
            happenings.append(_exposure(tx, one))
        if one.data.bounced:
            happenings.append(_response(tx, one, "bounced", one.data.channel))
    await _record_heard(tx, happenings)


async def record_withdrawal(tx: Tx, heard: Envelope[ConsentChanged]) -> None:
    """Consent that a person took back by the link or page in a message is a response `unsubscribed`."""
    if heard.data.withdrawn_via in ("one_click", "page"):
        await _record_heard(tx, [_response(tx, heard, "unsubscribed", heard.data.channel)])


async def remember_merge(tx: Tx, heard: Envelope[CustomersMerged] | Envelope[MergeUndone]) -> None:
    """The timeline of either id shows both, or no longer."""
    await repository.store_merge(tx, heard.data)


async def remember_retirement(tx: Tx, heard: Envelope[IdentifierRetired]) -> None:
    """The identifier derives a new customer from here on."""
    await repository.retire_identifier(tx, heard.data.fingerprint, heard.data.generation)


async def erase(tx: Tx, key: str, heard: Envelope[ErasureRequested]) -> None:
    """Nothing here leads to this person any more, nothing will be recorded about them, and privacy has the receipt."""
    ids = sorted({heard.subject, *heard.data.aliases})
    await repository.exclude_recordings(tx)
    await repository.bury_customers(tx, ids, heard.data.request_id)
    stores = await repository.erase_customers(tx, ids, new_id())
    letters = await _letters_of(tx, key, set(ids))
    await repository.blank_letters(tx, letters)
    remaining = await repository.remaining_of(tx, ids)
    remaining["dead_letters"] = len(await _letters_of(tx, key, set(ids)))
    done = InteractionsErasureDone(
        request_id=heard.data.request_id, stores={**stores, "dead_letters": len(letters)}, remaining=remaining
    )
    tx.publish(done, subject=heard.subject, cause=heard)


async def _record_heard(tx: Tx, happenings: list[Happening]) -> None:
    if not happenings:
        return
    await repository.share_with_erasures(tx)
    erased = await repository.erased_among(tx, {one.customer_id for one in happenings})
    kept = [one for one in happenings if one.customer_id not in erased]
    DROPPED.inc(len(happenings) - len(kept))
    if kept:
        await record(tx, kept)


def _exposure(tx: Tx, heard: Envelope[MessageSettled]) -> Happening:
    data, interaction_id = heard.data, new_id()
    fact = ExposureRecorded(
        interaction_id=interaction_id,
        channel=data.channel,
        campaign_id=data.campaign_id,
        message_id=data.message_id,
        step=data.step,
    )
    detail = orjson.dumps({"message_id": data.message_id, "step": data.step}).decode()
    return Happening(
        id=interaction_id,
        customer_id=heard.subject,
        time=heard.time,
        kind="exposure",
        channel=data.channel,
        origin=_origin(tx, heard),
        fact=fact,
        detail=detail,
        publisher=heard.source,
        campaign_id=data.campaign_id,
        cause=heard,
    )


def _response(
    tx: Tx,
    heard: Envelope[MessageSettled] | Envelope[ConsentChanged],
    kind: Literal["bounced", "unsubscribed"],
    channel: str,
) -> Happening:
    data, interaction_id = heard.data, new_id()
    known: Any = channel if channel in _CHANNELS else "other"
    fact = ResponseRecorded(
        interaction_id=interaction_id,
        kind=kind,
        channel=known,
        campaign_id=data.campaign_id,
        message_id=data.message_id,
    )
    return Happening(
        id=interaction_id,
        customer_id=heard.subject,
        time=heard.time,
        kind="response",
        channel=known,
        origin=_origin(tx, heard),
        fact=fact,
        detail=orjson.dumps({"kind": kind, "message_id": data.message_id}).decode(),
        publisher=heard.source,
        campaign_id=data.campaign_id,
        cause=heard,
    )


def _origin(tx: Tx, heard: Envelope[Any]) -> Origin:
    """What is not live stays what it is; what is live and old became history."""
    return origin_of(heard.origin, heard.time, tx.now) if heard.origin == Origin.LIVE else heard.origin


async def _letters_of(tx: Tx, key: str, ids: set[UUID]) -> list[UUID]:
    """The dead letters that name one of `ids`, by the record's key or by any identifier inside."""
    found, after = [], _FIRST
    keys = {str(one).encode() for one in ids}
    while letters := await repository.letters_after(tx, after):
        people = {letter: _reference(value) for letter, _, value in letters}
        generations = await repository.generations_of(tx, _prints(key, people.values()))
        for letter, record_key, _ in letters:
            person = people[letter]
            if record_key in keys or (person is not None and possible_ids(key, person, generations) & ids):
                found.append(letter)
        after = letters[-1][0]
    return found


def _prints(key: str, people: Any) -> set[str]:
    named: list[Person] = [person_of(key, one) for one in people if one is not None]
    return {mark for person in named for mark in person.prints}


def _reference(value: bytes) -> CustomerRef | None:
    """Whom unreadable bytes seem to be about; None when even that cannot be read."""
    try:
        body = orjson.loads(value)
        if "subject" in body:
            return CustomerRef(customer_id=UUID(body["subject"]))
        return _REF.validate_json(orjson.dumps(body["message"]["customer"]), strict=True)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        return None
