"""Which triggers an event may meet, found by what the event is and not by asking every one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import EventTrigger, SegmentTrigger
from services.campaigns.campaigns.domain.conditions import Condition, EventName, all_hold

Owner = TypeVar("Owner")

# A condition by which an event's triggers are found: the rarest kind of answer first.
_SELECTIVE = ("link", "order_id", "campaign_id", "products", "brands", "categories", "departments", "store", "outcome",
              "topic", "kind", "payment", "channel", "currency")  # fmt: skip


@dataclass(slots=True)
class _OfEvent(Generic[Owner]):
    """The triggers of one kind of event: by a field and value that the event must have, and those that have no such
    condition."""

    by_value: dict[str, dict[str, list[tuple[EventTrigger, Owner]]]] = field(default_factory=dict)
    others: list[tuple[EventTrigger, Owner]] = field(default_factory=list)


@dataclass(slots=True)
class TriggerIndex(Generic[Owner]):
    """Triggers with whoever is entered by them."""

    by_segment: dict[tuple[str, UUID], list[Owner]] = field(default_factory=lambda: defaultdict(list))
    by_event: dict[EventName, _OfEvent[Owner]] = field(default_factory=lambda: defaultdict(_OfEvent))

    @classmethod
    def of(cls, triggers: Iterable[tuple[SegmentTrigger | EventTrigger, Owner]]) -> TriggerIndex[Owner]:
        """The index of these triggers."""
        index: TriggerIndex[Owner] = cls()
        for trigger, owner in triggers:
            if isinstance(trigger, SegmentTrigger):
                index.by_segment[trigger.kind, trigger.segment_id].append(owner)
                continue
            found = index.by_event[trigger.event]
            condition = _selecting(trigger.where)
            if condition is None:
                found.others.append((trigger, owner))
                continue
            values = found.by_value.setdefault(condition.field, defaultdict(list))
            for value in condition.value if isinstance(condition.value, tuple) else (str(condition.value),):
                values[value].append((trigger, owner))
        return index

    def moved(self, entered: Iterable[UUID], left: Iterable[UUID]) -> Iterator[Owner]:
        """Whoever is entered by a customer's entering and leaving these segments; each once."""
        keys = [
            *(("segment_entered", segment) for segment in entered),
            *(("segment_left", segment) for segment in left),
        ]
        return (owner for key in dict.fromkeys(keys) for owner in self.by_segment.get(key, ()))

    def happened(self, event: EventName, view: Mapping[str, object]) -> Iterator[Owner]:
        """Whoever is entered by this event; each trigger once."""
        found = self.by_event.get(event)
        if found is None:
            return
        for field_name, values in found.by_value.items():
            actual = view.get(field_name)
            # A list holds the same value twice when two lines of a basket do.
            for value in dict.fromkeys(map(str, actual if isinstance(actual, list) else [actual])):
                for trigger, owner in values.get(value, ()):
                    if all_hold(trigger.where, view):
                        yield owner
        for trigger, owner in found.others:
            if all_hold(trigger.where, view):
                yield owner


def _selecting(where: Iterable[Condition]) -> Condition | None:
    """The condition by which a trigger is found: one that names its values, the most telling field first."""
    exact = [condition for condition in where if condition.op in ("is", "in", "has")]
    return min(
        exact,
        key=lambda condition: _SELECTIVE.index(condition.field) if condition.field in _SELECTIVE else len(_SELECTIVE),
        default=None,
    )
