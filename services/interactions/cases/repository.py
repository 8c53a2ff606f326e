"""SQL of service cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.interactions.cases.domain import Case, CaseFilter, CaseMessage, CaseStep
from shared.customers.stores import deleted
from shared.database.transaction import Tx
from shared.ids import new_id

_NAMES = tuple(field.name for field in fields(Case))
_COLUMNS = ", ".join(_NAMES)
_INSERT = f"insert into cases ({_COLUMNS}) values ({', '.join(f':{name}' for name in _NAMES)})"
_UPDATE = f"update cases set {', '.join(f'{name} = :{name}' for name in _NAMES if name != 'id')} where id = :id"
_CONDITIONS = {
    "states": "state = any(cast(:states as text[]))",
    "kind": "kind = :kind",
    "priority": "priority = :priority",
    "owner": "owner = :owner",
    "overdue_at": "due_at < :overdue_at",
}
# What an erasure deletes here.
STORES = deleted("case_messages", "case_steps", "cases")
_OF_CUSTOMERS = "customer_id = any(cast(:ids as uuid[]))"


async def insert(tx: Tx, case: Case) -> None:
    """A new case."""
    await tx.execute(_INSERT, asdict(case))


async def update(tx: Tx, case: Case) -> None:
    """The case as it stands now."""
    await tx.execute(_UPDATE, asdict(case))


async def find(tx: Tx, id: UUID, *, lock: bool = False) -> Case | None:
    """The case; locked until the transaction ends when it is to be changed."""
    row = await tx.row(f"select {_COLUMNS} from cases where id = :id{' for update' if lock else ''}", {"id": id})
    return None if row is None else Case(**row)


async def page(
    tx: Tx, wanted: CaseFilter, group: Sequence[UUID] | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Case]:
    """Cases in the order in which they are due, of these ids of one customer or of everybody."""
    params: dict[str, Any] = {"limit": limit}
    conditions = ["true"]
    for name, condition in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(condition)
            params[name] = sorted(value) if isinstance(value, frozenset) else value
    if wanted.unowned:
        conditions.append("owner is null")
    if group is not None:
        conditions.append(_OF_CUSTOMERS)
        params["ids"] = list(group)
    if after is not None:
        conditions.append("(due_at, id) > (:due_at, :id)")
        params["due_at"], params["id"] = after
    statement = f"select {_COLUMNS} from cases where {' and '.join(conditions)} order by due_at, id limit :limit"
    return [Case(**row) for row in await tx.rows(statement, params)]


async def add_message(tx: Tx, case: Case, message: CaseMessage) -> None:
    """Something more was said in the case."""
    await tx.execute(
        """insert into case_messages (id, case_id, customer_id, at, by, direction, text)
           values (:id, :case_id, :customer_id, :at, :by, :direction, :text)""",
        {**asdict(message), "customer_id": case.customer_id},
    )


async def messages_of(tx: Tx, case_id: UUID, after: UUID | None, limit: int) -> list[CaseMessage]:
    """What was said, in its order."""
    rows = await tx.rows(
        """select id, case_id, at, by, direction, text from case_messages
           where case_id = :case and (cast(:after as uuid) is null or id > :after) order by id limit :limit""",
        {"case": case_id, "after": after, "limit": limit},
    )
    return [CaseMessage(**row) for row in rows]


async def add_step(tx: Tx, case: Case, step: CaseStep) -> None:
    """The history has one more."""
    await tx.execute(
        """insert into case_steps (id, case_id, customer_id, at, by, what)
           values (:id, :case, :customer, :at, :by, cast(:what as jsonb))""",
        {
            "id": new_id(),
            "case": case.id,
            "customer": case.customer_id,
            "at": step.at,
            "by": step.by,
            "what": orjson.dumps(dict(step.what)).decode(),
        },
    )


async def steps_of(tx: Tx, case_id: UUID, limit: int) -> list[CaseStep]:
    """The newest changes, in their order."""
    rows = await tx.rows(
        "select at, by, what from case_steps where case_id = :case order by id desc limit :limit",
        {"case": case_id, "limit": limit},
    )
    return [CaseStep(row["at"], row["by"], row["what"]) for row in reversed(rows)]


async def contact(tx: Tx, interaction_id: UUID) -> tuple[UUID, str] | None:
    """Whose contact that was, and by which channel."""
    row = await tx.row(
        "select customer_id, channel from interactions where id = :id and kind = 'contact' limit 1",
        {"id": interaction_id},
    )
    return None if row is None else (row["customer_id"], row["channel"])
