"""Where an erased person's data lies in a service's database, how each place is emptied, and that nothing is left.

A capability names its stores, `capabilities.py` lists them all, and every service erases and looks again by the same
code. Dead letters are a store of every service; they are found by the names in them (shared.events.letter_erasure).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.events.letter_erasure import STORE as LETTERS
from shared.events.letter_erasure import Moment, erase_letters

# What a statement may ask for; only that is bound.
_BOUND = ("ids", "texts", "fresh")


@dataclass(frozen=True, slots=True)
class Store:
    """`rows` are those that are the person's, as `table where condition`; they are deleted, or `instead` is run (an
    update that takes out what is personal, after which `rows` finds them no more).

    In both `:ids` are the person's ids (uuid[]), `:fresh` as many random ones, under which rows that are counted may
    stay, and `:texts` what would show the person inside stored bytes (bytea[]). Stores of one name are parts of one
    table, and are counted together.
    """

    name: str
    rows: str
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an erasure is about. `texts` are their ids as bytes when nothing else is given."""

    ids: Sequence[UUID]
    texts: Sequence[bytes] = ()
    # Random, not derived and not of this time: nothing leads from the new id to the person.
    fresh: Sequence[UUID] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fresh", [uuid4() for _ in self.ids])
        if not self.texts:
            object.__setattr__(self, "texts", [str(customer_id).encode() for customer_id in self.ids])


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a receipt says: how many rows of each store were dealt with, and how many still are that person's."""

    erased: dict[str, int]
    remaining: dict[str, int]


def deleted(*tables: str) -> tuple[Store, ...]:
    """Tables whose rows go that bear the person's id as `customer_id`."""
    return tuple(Store(table, f"{table} where customer_id = any(cast(:ids as uuid[]))") for table in tables)


# In every service that keeps a copy of merges, but privacy (its stores say why): that two ids were one person shows
# nowhere any more.
MERGES = Store("merges", "merges where absorbed = any(cast(:ids as uuid[])) or survivor = any(cast(:ids as uuid[]))")

# In every service that keeps a copy of owners: of an identifier stays how often it has changed hands, so that nobody
# who has it later is taken for the erased one.
OWNERS = Store(
    "identifier_owners",
    "identifier_owners where customer_id = any(cast(:ids as uuid[]))",
    """update identifier_owners set kind = null, customer_id = null, trust = null
       where customer_id = any(cast(:ids as uuid[]))""",
)


async def erase_stores(tx: Tx, stores: Iterable[Store], person: Person) -> dict[str, int]:
    """Each store is emptied of the person; how many rows of each were dealt with."""
    erased: Counter[str] = Counter()
    for store in stores:
        statement = store.instead or f"delete from {store.rows}"
        erased[store.name] += (await tx.execute(statement, _bound(statement, person))).rowcount
    return dict(erased)


async def count_stores(tx: Tx, stores: Iterable[Store], person: Person) -> dict[str, int]:
    """How many rows of each store still are the person's, looked for again."""
    left: Counter[str] = Counter()
    for store in stores:
        left[store.name] += int(await tx.value(f"select count(*) from {store.rows}", _bound(store.rows, person)))
    return dict(left)


async def forget(
    tx: Tx, stores: Sequence[Store], person: Person, naming: Naming, moment: Moment, fingerprints: Iterable[str]
) -> Forgotten:
    """Every store and every dead letter is emptied of the person, and looked at again. Tombstones are set before."""
    erased = await erase_stores(tx, stores, person)
    letters = await erase_letters(tx, naming, moment, person.ids, fingerprints)
    remaining = await count_stores(tx, stores, person)
    return Forgotten({**erased, LETTERS: letters.erased}, {**remaining, LETTERS: letters.remaining})


def _bound(statement: str, person: Person) -> dict[str, object]:
    return {name: list(getattr(person, name)) for name in _BOUND if f":{name}" in statement}
