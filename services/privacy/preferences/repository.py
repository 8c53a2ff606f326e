"""Read and write wishes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.privacy.preferences.domain import Change, Frequency, Preferences
from shared.database.transaction import Tx

_READ = text("""
    select customer_id, paused_until, language, frequencies, changed_at, changed_by from preferences
    where customer_id = any(cast(:ids as uuid[]))
""")
_STORE = text("""
    insert into preferences (customer_id, paused_until, language, frequencies, changed_at, changed_by)
    select id, :paused_until, :language, cast(:frequencies as jsonb), :now, :changed_by
    from unnest(cast(:ids as uuid[])) as t(id) order by id
    on conflict (customer_id) do update set paused_until = excluded.paused_until, language = excluded.language,
        frequencies = excluded.frequencies, changed_at = excluded.changed_at, changed_by = excluded.changed_by
""")
# The latest permit for each id, purpose and channel, of another message than the one that is asked about.
_LAST = text("""
    select q.message_id as asked, max(p.granted_at) as at
    from unnest(cast(:asked as uuid[]), cast(:members as uuid[]), cast(:purposes as text[]), cast(:channels as text[]))
         as q(message_id, customer_id, purpose, channel)
    join permits p on p.customer_id = q.customer_id and p.purpose = q.purpose and p.channel = q.channel
         and p.message_id <> q.message_id
    group by 1
""")


async def read(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Preferences]:
    """The wishes of these customers and addresses that have any."""
    rows = await tx.rows(_READ, {"ids": sorted(set(ids))})
    return {
        row["customer_id"]: Preferences(
            paused_until=row["paused_until"],
            language=row["language"],
            frequencies={name: Frequency(how_often) for name, how_often in row["frequencies"].items()},
            changed_at=row["changed_at"],
            changed_by=row["changed_by"],
        )
        for row in rows
    }


async def store(tx: Tx, change: Change) -> None:
    """These subjects wish this from now on."""
    wish = change.preferences
    await tx.execute(
        _STORE,
        {
            "ids": sorted(set(change.subjects)),
            "paused_until": wish.paused_until,
            "language": wish.language,
            "frequencies": json.dumps({name: how_often.value for name, how_often in wish.frequencies.items()}),
            "now": tx.now,
            "changed_by": wish.changed_by,
        },
    )


async def last_permits(tx: Tx, asked: Mapping[UUID, tuple[Iterable[UUID], str, str]]) -> dict[UUID, datetime]:
    """For each message (with the ids of its customer, its purpose and channel): when another one was permitted last."""
    rows = [
        (message, member, purpose, channel)
        for message, (members, purpose, channel) in asked.items()
        for member in members
    ]
    columns = {
        "asked": [row[0] for row in rows],
        "members": [row[1] for row in rows],
        "purposes": [row[2] for row in rows],
        "channels": [row[3] for row in rows],
    }
    return {row["asked"]: row["at"] for row in await tx.rows(_LAST, columns)}
