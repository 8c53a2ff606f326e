"""Whom a statement looks at. Merged customers count through their survivor, wherever one looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.analytics.segments.domain.sql.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Everybody:
    """Every customer that analytics has a state of; of a revision before `behind`, if that is given."""

    behind: int | None = None

    def condition(self, parameters: Parameters) -> str:
        """A condition on `s`, the states; empty when there is none."""
        return "" if self.behind is None else f"s.revision < {parameters.add(self.behind, 'bigint')}"


@dataclass(frozen=True, slots=True)
class Share:
    """One in `of` customers, chosen by a hash of the id: the same ones each time."""

    of: int

    def condition(self, parameters: Parameters) -> str:
        """A condition on `s.customer_id`."""
        return f"mod(uuid_hash_extended(s.customer_id, 0), {parameters.add(self.of, 'bigint')}) = 0"


@dataclass(frozen=True, slots=True)
class Customers:
    """These."""

    ids: Sequence[UUID]

    def condition(self, parameters: Parameters) -> str:
        """A condition on `s.customer_id`."""
        return f"s.customer_id = any({parameters.ids(self.ids)})"


Scope = Everybody | Share | Customers
EVERYBODY = Everybody()
