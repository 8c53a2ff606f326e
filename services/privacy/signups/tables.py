"""Sign-ups that wait or were confirmed, and the forms that they come from."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.privacy.metadata import TIMESTAMP, metadata

# `sealed` holds address and names under a key outside the database, until the confirmation.
signups = Table(
    "signups",
    metadata,
    Column("signup_id", Uuid, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("language", Text, nullable=False),
    Column("notice_ids", ARRAY(Uuid), nullable=False),
    Column("source", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_at", TIMESTAMP, nullable=False),
    Column("expires_at", TIMESTAMP, nullable=False),
    Column("confirmed_at", TIMESTAMP),
)

signup_forms = Table(
    "signup_forms",
    metadata,
    Column("name", Text, primary_key=True),
    Column("titles", JSONB, nullable=False),
    Column("notices", ARRAY(Text), nullable=False),
    Column("ask_name", Boolean, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", TIMESTAMP, nullable=False),
)
