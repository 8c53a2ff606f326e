"""Requests of data subjects, what was done about them, and archives that wait to be fetched."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.privacy.metadata import TIMESTAMP, metadata

# `addresses` ([kind, hash, ...] each) and `second_selves` are what was named with the customer, until it is acted on.
requests = Table(
    "requests",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("received_at", TIMESTAMP, nullable=False),
    Column("due_at", TIMESTAMP, nullable=False),
    Column("language", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("extended_for", Text),
    Column("identity_checked_by", Text),
    Column("erasure_id", Uuid),
    Column("closed_at", TIMESTAMP),
    Column("addresses", JSONB, nullable=False, server_default=text("'[]'")),
    Column("second_selves", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("tried_at", TIMESTAMP),
)

# Append-only by trigger.
request_steps = Table(
    "request_steps",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("step", BigInteger, Identity(always=True), primary_key=True),
    Column("at", TIMESTAMP, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

# Sealed under a key outside the database; deleted when fetched or expired.
request_archives = Table(
    "request_archives",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("made_at", TIMESTAMP, nullable=False),
    Column("expires_at", TIMESTAMP, nullable=False),
    Column("fetched_at", TIMESTAMP),
)
