"""Tables of journeys, their versions, travellers, visits and counts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.campaigns.metadata import MOMENT, metadata

# `draft` is what is edited; newcomers enter the version `live`.
journeys = Table(
    "journeys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("draft", JSONB, nullable=False),
    Column("live", Integer),
    Column("salt", Uuid, nullable=False),
    Column("run_id", Uuid, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("started_at", MOMENT),
    Column("running_since", MOMENT),
    Column("paused_at", MOMENT),
    Column("pause_mode", Text),
    Column("state_reason", Text),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("filling", Boolean, nullable=False, server_default=text("false")),
    Column("filled_after", Uuid),
    Column("scheduled_at", MOMENT),
)

journey_versions = Table(
    "journey_versions",
    metadata,
    Column("journey_id", Uuid, ForeignKey("journeys.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("definition", JSONB, nullable=False),
    Column("published_at", MOMENT, nullable=False),
    Column("published_by", Text, nullable=False),
)

# One run of a customer through a journey. `message_id` while its message is in the ledger, which wakes it by a trigger
# as soon as that has ended. `due_at` is null at the end only.
travellers = Table(
    "travellers",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("journey_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entry_id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("seed", Uuid, nullable=False),
    Column("node", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("since", MOMENT, nullable=False),
    Column("due_at", MOMENT),
    Column("entered_at", MOMENT, nullable=False),
    Column("steps", Integer, nullable=False, server_default=text("0")),
    Column("listening", Boolean, nullable=False, server_default=text("false")),
    Column("heard_at", MOMENT),
    Column("message_id", Uuid),
    Column("goal_until", MOMENT),
    Column("goal_at", MOMENT),
    Column("ended_at", MOMENT),
    Column("end_reason", Text),
    Column("context", JSONB, nullable=False),
)

# Each node that a traveller left.
visits = Table(
    "visits",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("traveller_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("node", Text, nullable=False),
    Column("came_at", MOMENT, nullable=False),
    Column("left_at", MOMENT, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
)

# Kept with every step. `node` is empty for what concerns the whole journey: entries, goals, ends. `what` is `arrived`
# or how it was left.
journey_counts = Table(
    "journey_counts",
    metadata,
    Column("journey_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
