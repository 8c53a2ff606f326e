"""Seal what the ledger gained and lost, publish the head of the chain, and look for what was tampered with."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.privacy.seals import repository
from services.privacy.seals.domain import Fault, Seal, SealKind, digest_of, faults_in_links, next_seal
from shared.contracts.privacy import LedgerSealed
from shared.database.transaction import Tx

# The chain as the subject of its events: it is about nobody.
_LEDGER = uuid5(UUID(int=0), "consent-ledger")
# A line that was erased before it could be sealed has no digest to keep.
_NEVER_SEALED = b"never sealed"
_MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at ledger and chain found. `head` is the last seal: written down elsewhere, it shows later that
    nothing before it was cut off."""

    lines: int
    seals: int
    waiting: int
    erased: int
    head: Seal | None
    faults: tuple[Fault, ...]


async def seal_changes(tx: Tx, key: bytes, limit: int) -> int:
    """Up to `limit` changes of the ledger have their seal; returns how many. One caller at a time."""
    taken = await repository.take_unsealed(tx, limit)
    if not taken:
        return 0
    versions = [version for _, version in taken]
    lines, known = await repository.lines(tx, versions), await repository.digests(tx, versions)
    last, seals = await repository.last_seal(tx), []
    for kind, version in taken:
        if kind is SealKind.LINE and version in lines:
            known[version] = digest_of(lines[version])
        last = next_seal(key, last, kind, version, known.get(version, _NEVER_SEALED))
        seals.append(last)
    await repository.append(tx, seals)
    return len(seals)


async def publish_head(tx: Tx) -> None:
    """The head of the chain is told to everybody: whoever rewrites the database cannot take it back."""
    head = await repository.last_seal(tx)
    if head is not None:
        tx.publish(LedgerSealed(seq=head.seq, link=head.link.hex()), subject=_LEDGER)


async def verify_piece(tx: Tx, key: bytes, before: Seal | None, limit: int) -> tuple[Seal | None, list[Fault]]:
    """The next `limit` seals compared with each other and with the lines they are about; the last of them (None at the
    end) and what is wrong."""
    seals = await repository.page(tx, before.seq if before else 0, limit)
    if not seals:
        return None, []
    faults = list(faults_in_links(key, before, seals))
    versions = {seal.version for seal in seals}
    lines, gone = await repository.lines(tx, versions), await repository.gone(tx, versions)
    faults += [fault for seal in seals if (fault := _compare(seal, lines.get(seal.version), gone)) is not None]
    return seals[-1], faults


async def summary(tx: Tx, faults: Sequence[Fault], head: tuple[int, str] | None) -> Verified:
    """What was found in all, with lines that have no seal; `head` (number and link, hex) is one that was written down
    before."""
    found = list(faults)
    found += [Fault("line-without-seal", version=version) for version in await repository.unsealed(tx, _MOST_FAULTS)]
    if head is not None:
        known = await repository.page(tx, head[0] - 1, 1)
        if not known or known[0].seq != head[0] or not hmac.compare_digest(known[0].link.hex(), head[1]):
            found.append(Fault("head-differs", seq=head[0]))
    counts = await repository.counts(tx)
    last = await repository.last_seal(tx)
    return Verified(counts["lines"], counts["seals"], counts["waiting"], counts["erased"], last, tuple(found))


def _compare(seal: Seal, line: object, gone: set[int]) -> Fault | None:
    if line is None:
        return None if seal.version in gone else Fault("line-removed", seal.seq, seal.version)
    if seal.version in gone:
        return Fault("erased-line-is-back", seal.seq, seal.version)
    assert isinstance(line, dict)
    same = hmac.compare_digest(seal.digest, digest_of(line))
    return None if same else Fault("line-changed", seal.seq, seal.version)
