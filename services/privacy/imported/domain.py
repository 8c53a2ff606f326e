"""What holds for a subject if some statements had never been made."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.privacy.consents.domain.ledger import EVERY_PURPOSE, Action, Head, Line, Scope, head_after


def heads_without(lines: Iterable[Line], annulled: Collection[UUID]) -> dict[Scope, Head]:
    """The heads that the ledger leads to without these statements. A grant that changed nothing when it was recorded
    revives by nothing: it stays history."""
    heads: dict[Scope, Head] = {}
    for line in lines:
        statement = line.statement
        if statement.consent_id in annulled or (statement.action is Action.GRANTED and not line.effective):
            continue
        everything = heads.get(replace(statement.scope, purpose=EVERY_PURPOSE))
        head = head_after(heads.get(statement.scope), statement, line.version, everything)
        if head is not None:
            heads[statement.scope] = head
    return heads


def ended(head: Head, now: datetime) -> Head:
    """The head of a scope in which nothing else was ever said: its grant has ended, and that is told by it."""
    at = max(now, head.occurred_at)
    return replace(head, expires_at=at, expired=True)
