"""What is set about sending."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.campaigns.settings.domain import (
    AllowList,
    Changed,
    MailServer,
    SenderIdentity,
    SendingSettings,
    What,
)
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx
from shared.ids import new_id


async def find(tx: Tx, *, lock: bool = False) -> SendingSettings:
    """What is set now."""
    row = await tx.row(f"select * from sending_settings where name = 'default' {'for update' if lock else ''}")
    assert row is not None, "the migration makes this row"
    sender = None if row["sender_address"] is None else SenderIdentity(row["sender_name"], row["sender_address"])
    server = None
    if row["smtp_host"] is not None:
        server = MailServer(
            row["smtp_host"], row["smtp_port"], row["smtp_security"], row["smtp_user"], row["smtp_password"]
        )
    patterns = row["allow_patterns"]
    allow_list = None if patterns is None else AllowList(tuple(patterns), row["allow_holds"])
    return SendingSettings(sender, server, allow_list, row["checked_at"], row["changed_at"], row["changed_by"])


async def find_allow_list(tx: Tx) -> AllowList | None:
    """The allow-list, when somebody has set one."""
    row = await tx.row("select allow_patterns, allow_holds from sending_settings where name = 'default'")
    if row is None or row["allow_patterns"] is None:
        return None
    return AllowList(tuple(row["allow_patterns"]), row["allow_holds"])


async def save_sender(tx: Tx, sender: SenderIdentity | None) -> None:
    """Who writes from now on."""
    await tx.execute(
        "update sending_settings set sender_name = :name, sender_address = :address where name = 'default'",
        {"name": sender.name if sender else None, "address": sender.address if sender else None},
    )


async def save_server(tx: Tx, server: MailServer | None) -> None:
    """Where mail goes from now on; what was checked was another one."""
    await tx.execute(
        """update sending_settings set smtp_host = :host, smtp_port = :port, smtp_security = :security,
                  smtp_user = :user, smtp_password = :password, checked_at = null
           where name = 'default'""",
        {
            "host": server.host if server else None,
            "port": server.port if server else None,
            "security": server.security if server else None,
            "user": server.user if server else None,
            "password": server.password if server else None,
        },
    )


async def save_allow_list(tx: Tx, allow_list: AllowList) -> None:
    """Who alone is written to while it holds."""
    await tx.execute(
        """update sending_settings set allow_patterns = cast(:patterns as jsonb), allow_holds = :holds
           where name = 'default'""",
        {"patterns": to_jsonb(list(allow_list.patterns)), "holds": allow_list.holds},
    )


async def save_checked(tx: Tx, at: datetime) -> None:
    """The mail server took the sender."""
    await tx.execute("update sending_settings set checked_at = :at where name = 'default'", {"at": at})


async def note_change(tx: Tx, what: What, by: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    """Who changed what stays known."""
    await tx.execute(
        """insert into setting_changes (id, at, by, what, before, after)
           values (:id, :at, :by, :what, cast(:before as jsonb), cast(:after as jsonb))""",
        {
            "id": new_id(),
            "at": tx.now,
            "by": by,
            "what": what,
            "before": None if before is None else to_jsonb(before),
            "after": None if after is None else to_jsonb(after),
        },
    )
    await tx.execute(
        "update sending_settings set changed_at = :at, changed_by = :by where name = 'default'",
        {"at": tx.now, "by": by},
    )


async def changes(tx: Tx, before: UUID | None, limit: int) -> list[Changed]:
    """Changes before that one, the newest first."""
    rows = await tx.rows(
        """select id, at, by, what, before, after from setting_changes
           where cast(:before as uuid) is null or id < cast(:before as uuid) order by id desc limit :limit""",
        {"before": before, "limit": limit},
    )
    return [Changed(**row) for row in rows]


async def count_mailable(tx: Tx) -> int:
    """Customers who permit anything by e-mail, as far as it is known here; the gate decides about each message."""
    return int(
        await tx.value(
            """select count(distinct c.customer_id) from consents c
               where c.channel = 'email' and c.state = 'granted' and (c.expires_at is null or c.expires_at > :now)
                 and not exists (select from tombstones t where t.customer_id = c.customer_id)
                 and not exists (select from suppressions s
                                 where s.customer_id = c.customer_id and s.channel = 'email' and s.active)
                 and not exists (select from restrictions r where r.customer_id = c.customer_id and r.restricted)""",
            {"now": tx.now},
        )
        or 0
    )
