"""Compare customers with those whom they meet: who was written a moment ago, and everybody, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.customers.config import Settings
from services.customers.duplicates.domain.blocks import keys_of
from services.customers.duplicates.domain.people import Likeness
from services.customers.duplicates.domain.proposals import BY, Pair, Run
from services.customers.duplicates.domain.scoring import compare
from services.customers.duplicates.repository import index, proposals, runs
from shared.database.transaction import Tx
from shared.ids import new_id

# One transaction: a fifth of a second, and some megabytes.
BATCH = 500
# Who is alike so many others is a placeholder, such as a cash customer: beyond that the best are kept.
_MOST_OF_ONE = 20


@dataclass(frozen=True, slots=True)
class _Block:
    """The customers of one batch with their keys, and the pairs of them that are to be compared."""

    people: dict[UUID, tuple[Likeness, list[int]]]
    pairs: set[tuple[UUID, UUID]]


async def compare_some(tx: Tx, settings: Settings) -> bool:
    """One step of the worker: those written since first, then the next of everybody. False when there is nothing left.

    One job does both: two could not store what is compared of one customer at the same time."""
    more = await compare_written(tx, settings)
    more = more or await compare_everybody(tx, settings)
    # A file is taken by the same process: until it is, one step a second must do, a tenth of the processor.
    return more and not await index.import_runs(tx)


async def compare_written(tx: Tx, settings: Settings) -> bool:
    """Customers who were written since are compared as they are now; proposals of them that no longer hold are gone.
    False when nobody waits."""
    waiting = await index.marked(tx, BATCH)
    if not waiting:
        return False
    ids = set(waiting.values())
    now = {who.customer_id: who for who in await index.present_likenesses(tx, sorted(ids))}
    before = await index.stored_likenesses(tx, ids)
    changed = [who for customer_id, who in now.items() if before.get(customer_id) != who]
    found = await _compare(tx, changed)
    written = {who.customer_id for who in changed}
    gone = ids - set(now)
    await index.forget(tx, gone)
    await proposals.withdraw_others(tx, written | gone, found)
    await proposals.put_pairs(tx, found)
    await index.forget_marks(tx, waiting)
    return len(waiting) == BATCH


async def compare_everybody(tx: Tx, settings: Settings) -> bool:
    """The next customers of a comparison that is running are compared. The first one begins by itself: of customers who
    were there before, nobody had left a mark. False when there is nothing to do."""
    run = await runs.running_run(tx)
    if run is None:
        if await runs.any_run(tx):
            return False
        run = await begin_run(tx, by=BY)
        if run is None:
            return False
    ids = await index.page_of_customers(tx, run.position, BATCH)
    found = await _compare(tx, await index.present_likenesses(tx, ids), everybody=True)
    new = await proposals.put_pairs(tx, found)
    run = replace(run, compared=run.compared + len(ids), found=run.found + new)
    if len(ids) < BATCH:
        run = replace(run, state="done", finished_at=tx.now, customers=run.compared)
    await runs.save_run(tx, replace(run, position=ids[-1] if ids else run.position))
    return run.state == "running"


async def begin_run(tx: Tx, *, by: str) -> Run | None:
    """A comparison of everybody has begun; None when one is running."""
    run = Run(new_id(), "running", await runs.count_customers(tx), 0, 0, tx.now, by)
    return run if await runs.add_run(tx, run) else None


async def _compare(tx: Tx, people: Sequence[Likeness], *, everybody: bool = False) -> list[Pair]:
    """The pairs of these customers that are alike; what is compared of them is stored from here on."""
    block = await _block(tx, people, everybody)
    others = {id_ for pair in block.pairs for id_ in pair} - set(block.people)
    known = {id_: who for id_, (who, _) in block.people.items()} | await index.stored_likenesses(tx, others)
    pairs = []
    for first, second in block.pairs:
        if first in known and second in known:
            comparison = compare(known[first], known[second])
            if comparison.proposed:
                pairs.append(Pair(first, second, known[first].kind, comparison))
    pairs = _best(pairs)
    # Behind everything that takes time: whoever is held here waits for the commit only.
    there = await index.hold(tx, {*block.people, *(id_ for pair in pairs for id_ in (pair.customer_id, pair.other_id))})
    await index.store_likenesses(tx, {id_: held for id_, held in block.people.items() if id_ in there})
    return [pair for pair in pairs if {pair.customer_id, pair.other_id} <= there]


async def _block(tx: Tx, people: Sequence[Likeness], everybody: bool) -> _Block:
    keyed = {who.customer_id: (who, keys_of(who)) for who in people}
    keys = sorted({key for _, own in keyed.values() for key in own})
    met = await index.meeting(tx, keys)
    pairs: set[tuple[UUID, UUID]] = set()
    own: dict[int, list[UUID]] = {}
    for customer_id, (_, held) in keyed.items():
        for key in held:
            pairs.update(_pairs(customer_id, own.get(key, ())))
            # Where everybody has their turn, each meets those before them: a pair is compared once.
            stored = met.get(key, ())
            pairs.update(_pairs(customer_id, [id_ for id_ in stored if id_ < customer_id] if everybody else stored))
            own.setdefault(key, []).append(customer_id)
    return _Block(keyed, pairs)


def _pairs(customer_id: UUID, others: Iterable[UUID]) -> Iterable[tuple[UUID, UUID]]:
    for other in others:
        if other != customer_id:
            yield (customer_id, other) if customer_id < other else (other, customer_id)


def _best(pairs: list[Pair]) -> list[Pair]:
    counts: dict[UUID, int] = {}
    kept = []
    for pair in sorted(pairs, key=lambda pair: -pair.comparison.score):
        ids = (pair.customer_id, pair.other_id)
        if all(counts.get(id_, 0) < _MOST_OF_ONE for id_ in ids):
            kept.append(pair)
            for id_ in ids:
                counts[id_] = counts.get(id_, 0) + 1
    return kept
