"""What rows say of consent: counted, put down for privacy, told, and annulled when the import is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.customers.config import Settings
from services.customers.imports.clients.privacy import NoAnswer, PrivacyClient
from services.customers.imports.domain.consents import ConsentCounts, Said, consent_id_of, said_by
from services.customers.imports.domain.imports import Import
from services.customers.imports.domain.rows import Reading, RowRead, read_row
from services.customers.imports.repository import consents as repository
from services.customers.imports.repository.consents import State, Waiting
from services.customers.imports.repository.files import IMPORTS
from services.customers.imports.service.judging import Taken
from services.customers.imports.service.reading import reading_of
from shared.clock import MACHINE
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.files.folder import Files
from shared.files.sheets import SheetRow
from shared.observability.logging import get_logger

log = get_logger(__name__)

_BATCH = 200
_PAUSE_S = 5.0


async def note_consents(tx: Tx, made: Import, reading: Reading, taken: Sequence[Taken]) -> ConsentCounts:
    """How many rows say what, with these. What is proven waits to be told, unless this is a dry run."""
    said: list[Said] = []
    waiting: list[Waiting] = []
    for one in taken:
        for index, statement in _said(one.read.row, made, reading):
            said.append(statement)
            if statement.counts:
                row, granted = one.read.row, statement.action == "granted"
                waiting.append(Waiting(made.import_id, row.number, index, one.judged.customer_id, row.offset, granted))
    if made.state == "running":
        await repository.add_waiting(tx, made.import_id, waiting)
    return made.consent_counts.plus(said)


async def tell_privacy(database: Database, settings: Settings) -> None:
    """Everything that waits is told to privacy, and grants of imports that were taken back are annulled.

    A statement bears an id derived from file and row: whenever this ends, it is recorded once.
    """
    if settings.privacy_url is None:
        return
    async with database.transaction() as tx:
        if not await repository.is_anything_waiting(tx):
            return
    async with PrivacyClient(settings) as privacy:
        try:
            while await _tell(database, settings, privacy) or await _annul(database, privacy):
                pass
        except NoAnswer as error:
            log.warning("privacy_does_not_answer", error=str(error))
            await MACHINE.sleep(_PAUSE_S)


async def _tell(database: Database, settings: Settings, privacy: PrivacyClient) -> bool:
    async with database.transaction() as tx:
        waiting = await repository.next_of(tx, "waiting", _BATCH)
        made = await IMPORTS.of(tx, waiting[0].import_id) if waiting else None
        reading = await reading_of(tx, settings, made) if made is not None else None
    if made is None or reading is None:
        return False
    try:
        rows = await Files(settings).rows_at(made.import_id, [one.place for one in waiting])
    except FileNotFoundError:
        await _moved(database, waiting, "waiting", ["refused"] * len(waiting))
        return True
    statements = [_statement(made, reading, one, row) for one, row in zip(waiting, rows, strict=True)]
    refused = await privacy.record(made.import_id, statements)
    states: list[State] = ["sent" if why is None else "refused" for why in refused]
    await _moved(database, waiting, "waiting", states)
    return True


async def _annul(database: Database, privacy: PrivacyClient) -> bool:
    async with database.transaction() as tx:
        waiting = await repository.next_of(tx, "annulling", _BATCH)
    if not waiting:
        return False
    await privacy.annul([(consent_id_of(one.import_id, one.row, one.rule), one.customer_id) for one in waiting])
    await _moved(database, waiting, "annulling", ["annulled"] * len(waiting))
    return True


async def _moved(database: Database, waiting: Sequence[Waiting], before: State, after: Sequence[State]) -> None:
    async with database.transaction() as tx:
        await repository.move(tx, waiting, before, after)


def _said(row: SheetRow, made: Import, reading: Reading) -> list[tuple[int, Said]]:
    found = []
    for index, rule in enumerate(made.consents):
        said = said_by(row, rule, reading.places, reading.formats, made.created_at)
        if said is not None:
            found.append((index, said))
    return found


def _statement(made: Import, reading: Reading, waiting: Waiting, row: SheetRow) -> dict[str, Any]:
    """As privacy reads it. The address of the row is named: what is said holds for it."""
    rule = made.consents[waiting.rule]
    said = dict(_said(row, made, reading))[waiting.rule]
    read = read_row(row, reading)
    customer: dict[str, Any] = {"customer_id": str(waiting.customer_id)}
    if isinstance(read, RowRead):
        customer |= {one.kind: one.value for one in read.identifiers if one.kind in ("email", "phone")}
    evidence = {"file": made.file_name, "file_sha256": made.sha256, "row": row.number, "import": str(made.import_id)}
    if said.source is not None:
        evidence["source"] = said.source
    proof = {"wording": said.wording, "wording_version": said.wording_version} if said.action == "granted" else {}
    return {
        "consent_id": str(consent_id_of(made.import_id, waiting.row, waiting.rule)),
        "customer": customer,
        "purpose": rule.purpose,
        "channel": rule.channel,
        "action": said.action,
        "occurred_at": said.occurred_at.isoformat(),
        "evidence": evidence,
        **proof,
    }
