"""What holds for a customer as a whole, as it is read from the rows that permits and changes lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.customers.group import Group


@dataclass(frozen=True, slots=True)
class SubjectState:
    """The state of one customer id. `version` is the number of the latest change under it; `erased` is the
    tombstone."""

    customer_id: UUID
    version: int
    restricted: bool = False
    erased: bool = False


@dataclass(frozen=True, slots=True)
class LockedSubjects:
    """Subjects whose rows are locked until the commit: the group of each customer asked for, the state of each of its
    ids and of each address asked for."""

    groups: Mapping[UUID, Group]
    states: Mapping[UUID, SubjectState]

    @property
    def members(self) -> set[UUID]:
        """Every customer id that is locked."""
        return {member for group in self.groups.values() for member in group.members}

    def states_of(self, customer_id: UUID) -> list[SubjectState]:
        """The state of each id of a customer."""
        return [self.states[member] for member in self.groups[customer_id].members]

    def erased(self, customer_id: UUID) -> bool:
        """Does any id of this customer have a tombstone?"""
        return any(state.erased for state in self.states_of(customer_id))

    def erased_among(self, customer_ids: Iterable[UUID]) -> set[UUID]:
        """Those of these ids whose customer is erased."""
        return {customer_id for customer_id in customer_ids if self.erased(customer_id)}
