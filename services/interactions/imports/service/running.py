"""The job of imports: some rows at a time, each time in one transaction with how far the import is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from services.interactions.config import Settings
from services.interactions.identity.service import lock_against_erasures
from services.interactions.imports import repository
from services.interactions.imports.domain.imports import Example, Import, State, TakenOrder
from services.interactions.imports.domain.orders import MOST_LINES, TOO_MANY_LINES, Reading, order_key
from services.interactions.imports.service.files import usual_terms
from services.interactions.imports.service.judging import JudgedOrder, JudgedOrders, judge_orders
from services.interactions.recording.domain.interactions import RecordedInteraction
from services.interactions.recording.service.messages import policy_of, record_messages
from services.interactions.recording.service.retracting import retract
from shared.clock import open_clock
from shared.database.transaction import Tx
from shared.files.folder import Files
from shared.files.sheets import SheetRow

# Rows sorted by their orders in one transaction: nothing is locked by that.
_SORTED = 5_000
# Rows recorded in one transaction: what live events may have to wait for. More than an order has at most.
_ROWS = MOST_LINES + 1
_TAKEN_BACK = 500
_EXAMPLES = 20


async def continue_import(tx: Tx, settings: Settings) -> bool:
    """The next rows of the oldest import are sorted, judged, recorded, or taken back. False: nothing is left to do.

    Rows, refusals and position are one transaction: whenever the worker dies, each order is taken once.
    """
    if settings.import_folder is None:
        return False
    made = await repository.busy_import(tx)
    if made is None:
        return False
    if made.state == "undoing":
        await _take_back(tx, made)
        return True
    try:
        if made.grouped < made.sheet.rows:
            await _sort(tx, settings, made)
        else:
            await _handle(tx, settings, made)
    except FileNotFoundError:
        failure = "the file is not in the folder (IMPORT_FOLDER) of this worker"
        await repository.save_import(tx, replace(made, state="failed", failure=failure, finished_at=tx.now))
    return True


async def delete_old_files(tx: Tx, settings: Settings) -> bool:
    """Files older than IMPORT_KEEP_DAYS, or with somebody who was erased, are deleted. False: nothing is left to do."""
    if settings.import_folder is None:
        return False
    outdated = await repository.outdated_files(tx, tx.now - timedelta(days=settings.import_keep_days))
    for import_id in outdated:
        await Files(settings).delete(import_id)
        await repository.mark_deleted(tx, import_id, tx.now)
    return bool(outdated)


async def _sort(tx: Tx, settings: Settings, made: Import) -> None:
    """The next rows are sorted by their orders: the rows of one order need not stand together in the file."""
    reading = _reading(settings, made)
    rows, place = await Files(settings).rows(made.import_id, made.place, _SORTED)
    await repository.add_lines(tx, made.import_id, [(order_key(row, reading), row.number, row.offset) for row in rows])
    await repository.save_import(tx, replace(made, grouped=made.grouped + len(rows), place=place))


async def _handle(tx: Tx, settings: Settings, made: Import) -> None:
    """The next orders are judged and, unless it is a dry run, recorded."""
    lines = await repository.next_lines(tx, made, _ROWS)
    orders = [list(order) for _, order in groupby(lines, key=lambda line: line[0])]
    if len(lines) == _ROWS:
        if len(orders) == 1:
            refused = await repository.refuse_order(tx, made.import_id, lines[0][0], TOO_MANY_LINES)
            tally = replace(made.tally, refused=made.tally.refused + 1, refused_rows=made.tally.refused_rows + refused)
            await _save(tx, made, replace(made, tally=tally), refused, lines[0][0], ended=False)
            return
        # The last one may go on behind what was read.
        orders.pop()
    await _judge_and_take(tx, settings, made, orders, ended=len(lines) < _ROWS)


async def _judge_and_take(
    tx: Tx, settings: Settings, made: Import, orders: Sequence[Sequence[tuple[bytes, int, int]]], *, ended: bool
) -> None:
    policy, running = policy_of(settings), made.state == "running"
    if running:
        await lock_against_erasures(tx)
    places = [place for order in orders for _, _, place in order]
    rows = iter(await Files(settings).rows_at(made.import_id, places))
    read: list[list[SheetRow]] = [[next(rows) for _ in order] for order in orders]
    factor = open_clock(settings.clock_file).factor
    judged = await judge_orders(tx, policy, made, _reading(settings, made), read, factor)
    if running:
        new = [order for order in judged.orders if order.outcome == "new"]
        recorded = await record_messages(tx, policy, [order.inbound for order in new])
        await repository.add_orders(tx, made.import_id, _taken(new, recorded))
    await repository.add_refusals(tx, made.import_id, judged.refused_rows)
    await _keep_examples(tx, made, judged.orders)
    after = orders[-1][0][0] if orders else made.after
    await _save(tx, made, _counted(made, judged), len(places), after, ended=ended)


async def _save(tx: Tx, before: Import, made: Import, rows: int, after: bytes, *, ended: bool) -> None:
    done: State = "done" if before.state == "running" else "checked"
    await repository.save_import(
        tx,
        replace(
            made,
            state=done if ended else before.state,
            position=before.position + rows,
            after=after,
            finished_at=tx.now if ended else None,
        ),
    )


def _taken(new: Sequence[JudgedOrder], recorded: dict[bytes, RecordedInteraction]) -> list[TakenOrder]:
    return [
        TakenOrder(order.digest, where.customer_id, where.time, where.id, order.read.rows[0].number)
        for order in new
        if (where := recorded.get(order.digest)) is not None
    ]


async def _take_back(tx: Tx, made: Import) -> None:
    """The next orders are taken back, and may come again."""
    await lock_against_erasures(tx)
    orders = await repository.orders_of(tx, made.import_id, _TAKEN_BACK)
    recorded = [
        RecordedInteraction(order.digest, order.customer_id, order.time, order.interaction_id) for order in orders
    ]
    gone = await retract(tx, recorded)
    await repository.forget_orders(tx, made.import_id, orders)
    ended = len(orders) < _TAKEN_BACK
    tally = replace(made.tally, taken_back=made.tally.taken_back + gone)
    state: State = "undone" if ended else "undoing"
    await repository.save_import(tx, replace(made, tally=tally, state=state, finished_at=tx.now if ended else None))


def _reading(settings: Settings, made: Import) -> Reading:
    return Reading(
        columns=made.sheet.columns,
        mapping=made.mapping or (),
        formats=made.sheet.formats,
        terms=made.terms or usual_terms(settings),
        came=made.created_at,
    )


def _counted(made: Import, judged: JudgedOrders) -> Import:
    tally = replace(
        made.tally,
        refused=made.tally.refused + judged.refused,
        refused_rows=made.tally.refused_rows + len(judged.refused_rows),
    )
    for order in judged.orders:
        tally = tally.with_order(order.outcome, order.read.event, stranger=order.stranger, unvalued=order.unvalued)
    return replace(made, tally=tally)


async def _keep_examples(tx: Tx, made: Import, judged: Sequence[JudgedOrder]) -> None:
    kept = await repository.examples_of(tx, made.import_id)
    fresh = [
        Example(order.read.rows[0].number, order.outcome, _shown(order.read.event))
        for order in judged[: max(0, _EXAMPLES - len(kept))]
    ]
    if fresh:
        await repository.save_examples(tx, made.import_id, [*kept, *fresh])


def _shown(event: Any) -> dict[str, Any]:
    """The basket without what says whose it is."""
    data = event["data"]
    return {
        "kind": event["type"],
        "time": event["time"],
        "channel": data["channel"],
        "currency": data["currency"],
        "amount": sum(line["amount"] for line in data["lines"]),
        "lines": data["lines"],
    }
