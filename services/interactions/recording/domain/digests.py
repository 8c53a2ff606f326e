"""By which messages, what they say, and what customers was told about somebody are known without being kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

import orjson

from services.interactions.identity.domain import Person
from services.interactions.recording.domain.messages import InboundEvent, Message
from shared.contracts.envelope import Envelope
from shared.contracts.inbound import TraitValue
from shared.ids import derived_id, milliseconds_of, new_id
from shared.security.api_keys import Trust

# Not what is said, or compared by itself.
_OF_THE_TRANSPORT = {"message_id", "origin", "time", "traits"}
_TRAITS = "traits"
_HEARSAY = "browser:"


@dataclass(frozen=True, slots=True)
class Ids:
    """Of an interaction, and of the event that tells of it."""

    interaction: UUID
    event: UUID


def ids_of_message(digest: bytes, received_ms: int | None) -> Ids:
    """Always the same for a publisher's message, known by its digest: recorded again, after the restore of a backup, it
    is the interaction that other services have. New ones when nobody knows when it was received."""
    id = new_id() if received_ms is None else derived_id(received_ms, digest, b"interaction")
    return Ids(id, event_id_of(id))


def ids_of_outcome(event: Envelope[Any], kind: str) -> Ids:
    """Always the same for what another service's event led to."""
    id = derived_id(milliseconds_of(event.id) or 0, event.id.bytes, kind.encode(), b"interaction")
    return Ids(id, event_id_of(id))


def event_id_of(interaction_id: UUID) -> UUID:
    """The id of the event that tells of an interaction: so it can be told again."""
    return derived_id(milliseconds_of(interaction_id) or 0, interaction_id.bytes, b"event")


def message_digest(key: str, publisher: str, message_id: str) -> bytes:
    """By which a publisher's message is known for ever without keeping its id: 16 bytes, keyed.

    So the guard against a second recording survives an erasure.
    """
    text = f"{publisher}\x00{message_id}".encode()
    return hashlib.blake2b(text, key=key.encode()[:64], digest_size=16).digest()


def digest_of(key: str, event: InboundEvent) -> bytes:
    """The digest by which the message of an event is known."""
    return message_digest(key, event.ids_of or event.publisher, event.message.message_id)


def content_digest(key: str, message: Message) -> bytes:
    """By which two messages are known to say the same: 8 bytes, keyed. The spelling of JSON and of the offset makes no
    difference, nor does whether it comes as history."""
    said = message.__pydantic_serializer__.to_json(message, exclude=_OF_THE_TRANSPORT, exclude_defaults=True)
    traits = orjson.dumps(message.traits, option=orjson.OPT_SORT_KEYS) if message.traits else b""
    time = message.time.astimezone(UTC).isoformat().encode()
    return hashlib.blake2b(b"\x00".join((said, time, traits)), key=key.encode()[:64], digest_size=8).digest()


def told_content(key: str, told: str) -> bytes:
    """The same for a message whose door says by what it is known."""
    return hashlib.blake2b(told.encode(), key=key.encode()[:64], digest_size=8).digest()


def observation_digests(person: Person, traits: Mapping[str, TraitValue], trust: Trust) -> dict[str, bytes]:
    """What customers would learn from a message: slot -> digest. One slot for each identifier, one for the traits as a
    whole, so that a value that changes and changes back is emitted again. What a browser says has slots of its own: a
    server's word for the same is news."""
    digests = {fingerprint: bytes.fromhex(fingerprint)[:16] for fingerprint in person.fingerprints}
    if traits:
        packed = orjson.dumps(dict(traits), option=orjson.OPT_SORT_KEYS)
        digests[_TRAITS] = hashlib.blake2b(packed, digest_size=16).digest()
    return digests if trust == "server" else {_HEARSAY + slot: digest for slot, digest in digests.items()}


def slots_of(name: str) -> tuple[str, str]:
    """The slots that are about a fingerprint: a server's word, and a browser's."""
    return name, _HEARSAY + name


def name_in(slot: str) -> str | None:
    """The fingerprint that a slot is about; None for traits."""
    name = slot.removeprefix(_HEARSAY)
    return None if name == _TRAITS else name


def tells_anything_new(digests: Mapping[str, bytes], known: Mapping[str, bytes]) -> bool:
    """True when customers has not been told all of `digests` already. A browser's word is no news after a server's."""
    return any(
        digest not in (known.get(slot), known.get(slot.removeprefix(_HEARSAY))) for slot, digest in digests.items()
    )
