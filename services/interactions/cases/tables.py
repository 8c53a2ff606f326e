"""Service cases, what was said in them, and what was changed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.interactions.metadata import metadata

_Instant = DateTime(timezone=True)

cases = Table(
    "cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("owner", Text),
    Column("channel", Text),
    Column("interaction_id", Uuid),
    Column("opened_at", _Instant, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("due_at", _Instant, nullable=False),
    Column("changed_at", _Instant, nullable=False),
    Column("solved_at", _Instant),
    Column("closed_at", _Instant),
    Column("reopened", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("cases_customer", "customer_id"),
    Index("cases_due", "due_at", "id"),
    Index("cases_active", "due_at", "id", postgresql_where=text("state in ('open', 'pending', 'reopened')")),
)

# The customer stands in each row, so that an erasure and an answer to a data subject miss none of them.
case_messages = Table(
    "case_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("at", _Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("case_messages_case", "case_id", "id"),
    Index("case_messages_customer", "customer_id"),
)

case_steps = Table(
    "case_steps",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("at", _Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", JSONB, nullable=False),
    Index("case_steps_case", "case_id", "id"),
    Index("case_steps_customer", "customer_id"),
)
