"""Tables of terms and of the policy."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.campaigns.metadata import MOMENT, metadata

# What a ledger row is judged by; `messages.terms_id` names it. Whoever enrols messages keeps their terms up to date: a
# change holds for all that still wait. A campaign's terms bear its id. `stale`: a process of an earlier version, which
# knows no terms, changed the campaign; the terms are to be written again before anything is judged by them.
terms = Table(
    "terms",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("terms", JSONB, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("stale", Boolean, nullable=False, server_default=text("false")),
)

# One row: what holds over all campaigns, and the stop-all switch.
policies = Table(
    "policies",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("policy", JSONB, nullable=False),
    Column("halted", Boolean, nullable=False, server_default=text("false")),
    Column("halted_by", Text),
    Column("halted_at", MOMENT),
    # The instant of the backup from which this database came, until somebody has decided about what waited.
    Column("restored_from", MOMENT),
)
