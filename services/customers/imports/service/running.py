"""The job of imports: some rows at a time, each in one transaction with how far the import is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from services.customers.config import Settings
from services.customers.imports.domain.imports import Counts, Import, Judged, State
from services.customers.imports.repository import files as repository
from services.customers.imports.repository import results, touched
from services.customers.imports.service.consents import note_consents
from services.customers.imports.service.judging import JudgedRows, Taken, judge_rows
from services.customers.imports.service.newcomers import take_newcomers
from services.customers.imports.service.reading import reading_of
from services.customers.imports.service.undoing import undo_some
from services.customers.observations.service.batches import resolve_observed
from services.customers.observations.service.keeping import keep_observed
from services.customers.profiles.repository.erasing_lock import lock_against_erasures
from shared.contracts.envelope import Envelope, Origin
from shared.contracts.interactions import IdentityObserved
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch
from shared.files.folder import Files

# One transaction: locks few customers for a short time, and what a crash costs.
BATCH = 500
# Reading a file takes minutes at most: what lies there longer was left by a process that ended.
_FORGOTTEN_S = 3600.0
# So many rows of each outcome are kept to be looked at.
_EXAMPLES = 20


async def continue_import(tx: Tx, settings: Settings) -> bool:
    """The next rows of the oldest import are judged and, unless it is a dry run, taken. False: nothing is left to do.

    Rows, refusals and position are one transaction: whenever the worker dies, each row is taken once.
    """
    if settings.import_folder is None:
        return False
    made = await repository.busy_import(tx)
    if made is None or made.mapping is None:
        return False
    if made.state == "undoing":
        await undo_some(tx, settings, made)
        return True
    try:
        rows, place = await Files(settings).rows(made.import_id, made.place, BATCH)
    except FileNotFoundError:
        failure = "the file is not in the folder (IMPORT_FOLDER) of this worker"
        await repository.save_import(tx, replace(made, state="failed", failure=failure, finished_at=tx.now))
        return True
    if made.state == "running":
        await lock_against_erasures(tx)
    reading = await reading_of(tx, settings, made)
    judged = await judge_rows(tx, settings, rows, reading, made.created_at, made.publisher)
    if made.state == "running":
        left = await take_newcomers(tx, settings, made, judged.taken, reading.definitions)
        await _take(tx, settings, made, left)
        await touched.add_touched(tx, made.import_id, [taken.judged.customer_id for taken in judged.taken])
    else:
        await _meet(tx, made, judged)
    said = await note_consents(tx, made, reading, [*judged.taken, *judged.unchanged])
    await results.add_refusals(tx, made.import_id, judged.refused)
    await _keep_examples(tx, made, [taken.judged for taken in judged.taken])
    ended = len(rows) < BATCH
    if ended:
        await results.clear_newcomers(tx, made.import_id)
    done: State = "done" if made.state == "running" else "checked"
    await repository.save_import(
        tx,
        replace(
            made,
            state=done if ended else made.state,
            position=made.position + len(rows),
            place=place,
            counts=_counted(made.counts, judged),
            consent_counts=said,
            finished_at=tx.now if ended else None,
        ),
    )
    return True


async def delete_old_files(tx: Tx, settings: Settings) -> bool:
    """Files older than IMPORT_KEEP_DAYS, or with somebody who was erased, are deleted, and the examples with them.
    False: nothing is left to do."""
    if settings.import_folder is None:
        return False
    await Files(settings).delete_forgotten(_FORGOTTEN_S)
    outdated = await repository.outdated_files(tx, tx.now - timedelta(days=settings.import_keep_days))
    for import_id in outdated:
        await Files(settings).delete(import_id)
        await results.mark_deleted(tx, import_id, tx.now)
    return bool(outdated)


async def _take(tx: Tx, settings: Settings, made: Import, taken: Sequence[Taken]) -> None:
    """The rows are observed, as if a server of the firm had stated them when the file came; as history they trigger
    nobody. Consent is no part of an observation: none is given or taken here."""
    events = [_observation(tx, made, one) for one in taken]
    if events:
        observed = await resolve_observed(EventBatch(tx, settings, events))
        await keep_observed(tx, settings, observed)


def _observation(tx: Tx, made: Import, taken: Taken) -> Envelope[IdentityObserved]:
    read = taken.read
    # A microsecond for each row: of two rows about one customer the later one wins, and no value is newer than
    # what was stated a second after the file came.
    at = made.created_at + timedelta(microseconds=read.row.number)
    return Envelope(
        id=made.import_id,
        type=IdentityObserved.TYPE,
        source="customers",
        subject=taken.judged.customer_id,
        time=at,
        recorded_at=tx.now,
        version=1,
        origin=Origin.HISTORY,
        cause=None,
        traceparent=None,
        data=IdentityObserved(
            identifiers=[identifier.published for identifier in read.identifiers],
            derived_from=read.deriving.published,
            generation=taken.generation,
            traits=dict(taken.values),
            publisher=made.publisher,
            trust="server",
        ),
    )


async def _meet(tx: Tx, made: Import, judged: JudgedRows) -> None:
    """Of the new ones, those whom an earlier batch of this dry run has met are no longer new: it wrote nothing."""
    new = [taken for taken in judged.taken if taken.judged.outcome == "new"]
    first = await results.add_newcomers(tx, made.import_id, [taken.judged.customer_id for taken in new])
    judged.taken = [
        replace(taken, judged=replace(taken.judged, outcome="changed"))
        if taken.judged.outcome == "new" and taken.judged.customer_id not in first
        else taken
        for taken in judged.taken
    ]


async def _keep_examples(tx: Tx, made: Import, judged: Sequence[Judged]) -> None:
    kept = await results.count_examples(tx, made.import_id)
    wanted = []
    for one in judged:
        if one.outcome != "unchanged" and kept.get(one.outcome, 0) < _EXAMPLES:
            kept[one.outcome] = kept.get(one.outcome, 0) + 1
            wanted.append(one)
    await results.add_examples(tx, made.import_id, wanted)


def _counted(counts: Counts, judged: JudgedRows) -> Counts:
    found = Counter(taken.judged.outcome for taken in judged.taken)
    return Counts(
        new=counts.new + found["new"],
        changed=counts.changed + found["changed"],
        unchanged=counts.unchanged + found["unchanged"] + len(judged.unchanged),
        refused=counts.refused + len(judged.refused),
    )
