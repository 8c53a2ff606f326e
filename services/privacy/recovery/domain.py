"""What is to be made good of events that the database has forgotten: the last word of each kind that refuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts.envelope import Envelope
from shared.contracts.privacy import (
    AddressConsentChanged,
    ConsentChanged,
    ErasureRequested,
    RestrictionChanged,
    SuppressionChanged,
)

KINDS = (ConsentChanged, AddressConsentChanged, SuppressionChanged, RestrictionChanged, ErasureRequested)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """In the order in which they were published. What was granted is not here: its proof is lost, and is asked for
    again."""

    refusals: Sequence[Envelope[ConsentChanged] | Envelope[AddressConsentChanged]]
    suppressions: Sequence[Envelope[SuppressionChanged]]
    restrictions: Sequence[Envelope[RestrictionChanged]]
    erasures: Sequence[Envelope[ErasureRequested]]
    granted: int

    @property
    def number(self) -> int:
        """How many facts have to be made good."""
        return len(self.refusals) + len(self.suppressions) + len(self.restrictions) + len(self.erasures)


def forgotten(events: Iterable[Envelope[Any]]) -> Forgotten:
    """Of each thing that was said several times only the last counts."""
    last: dict[tuple[Any, ...], Envelope[Any]] = {}
    for event in events:
        key = _key(event)
        last.pop(key, None)
        last[key] = event
    facts = list(last.values())
    said = [event for event in facts if isinstance(event.data, ConsentChanged | AddressConsentChanged)]
    return Forgotten(
        refusals=[event for event in said if event.data.state == "denied"],
        suppressions=[e for e in facts if isinstance(e.data, SuppressionChanged) and e.data.active],
        restrictions=[e for e in facts if isinstance(e.data, RestrictionChanged) and e.data.restricted],
        erasures=[event for event in facts if isinstance(event.data, ErasureRequested)],
        granted=sum(event.data.state == "granted" for event in said),
    )


def _key(event: Envelope[Any]) -> tuple[Any, ...]:
    match event.data:
        case ConsentChanged() | AddressConsentChanged():
            return event.type, event.subject, event.data.purpose, event.data.channel
        case SuppressionChanged():
            return event.type, event.subject, event.data.channel, event.data.fingerprint, event.data.reason
        case _:
            return event.type, event.subject
