"""The tables of the customers database, as the migrations make them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData()

_MOMENT = DateTime(timezone=True)

# One row per id ever given. `claims` and `unfit` are what was said under this id; the columns from `status` on are
# the profile shown, kept on the root of a group (customer_id = current_id) so that reads need no rule.
customers = Table(
    "customers",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("current_id", UUID, nullable=False),
    Column("merged_into", UUID),
    Column("merged_at", _MOMENT),
    Column("kind", Text, nullable=False),
    Column("source", Text),
    Column("created_at", _MOMENT, nullable=False),
    Column("changed_at", _MOMENT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("claims", JSONB, nullable=False),
    Column("unfit", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("name", Text),
    Column("country", Text),
    Column("profile", JSONB, nullable=False),
    Column("reachable", ARRAY(Text), nullable=False),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("identifier_id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text),
    Column("value", Text, nullable=False),
    Column("normalised", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("preferred", Boolean, nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("by", Text, nullable=False),
)

# The directory of identifiers that have one owner. Only the keyed hash: it outlives an erasure, with its generation.
identifier_owners = Table(
    "identifier_owners",
    metadata,
    Column("customer_id", UUID),
    Column("fingerprint", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("retired_at", _MOMENT),
)

changes = Table(
    "changes",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("change_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("cause", UUID),
    Column("what", JSONB, nullable=False),
)

link_candidates = Table(
    "link_candidates",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("candidate_id", UUID, primary_key=True),
    Column("owner_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("decided_at", _MOMENT),
    Column("decided_by", Text),
)

# customer_id is the survivor.
merges = Table(
    "merges",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("merge_id", UUID, primary_key=True),
    Column("absorbed", UUID, nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("undone_at", _MOMENT),
    Column("undone_by", Text),
)

# Erased: nothing under these ids is ever kept again.
tombstones = Table(
    "tombstones",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("request_id", UUID, nullable=False),
    Column("at", _MOMENT, nullable=False),
)

attribute_definitions = Table(
    "attribute_definitions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("applies_to", Text, nullable=False),
    Column("allowed", ARRAY(Text), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("personal", Boolean, nullable=False),
    Column("segmentable", Boolean, nullable=False),
    Column("retention_days", Integer),
    Column("changed_at", _MOMENT, nullable=False),
    Column("changed_by", Text, nullable=False),
)

# A definition came or changed: the customers that have the attribute are told about again, from `position` on.
attribute_refreshes = Table(
    "attribute_refreshes",
    metadata,
    Column("refresh_id", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("requested_at", _MOMENT, nullable=False),
    Column("position", UUID, nullable=False, server_default=text("'00000000-0000-0000-0000-000000000000'")),
    Column("done_at", _MOMENT),
)
