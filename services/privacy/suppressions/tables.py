"""The suppression list, and the row per address that permits and suppressions lock."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Identity, Table, Text, text

from services.privacy.metadata import TIMESTAMP, metadata

# One row per address hash and channel that a permit or a suppression ever met: the lock between the two.
addresses = Table(
    "addresses",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("since", TIMESTAMP, nullable=False),
    Column("recorded_by", Text, nullable=False),
    # From before addresses were hashed as they are today.
    Column("former", Boolean, nullable=False, server_default=text("false")),
)

# Entries that were taken off the list, and by whom.
suppression_removals = Table(
    "suppression_removals",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", TIMESTAMP, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("removed_at", TIMESTAMP, nullable=False),
    Column("removed_by", Text, nullable=False),
    Column("removal", BigInteger, Identity(always=True), primary_key=True),
)
