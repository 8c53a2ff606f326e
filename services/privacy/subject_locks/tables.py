"""The row per customer id that permits and changes lock, and the sequence that numbers the changes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Sequence, Table, Uuid, text

from services.privacy.metadata import TIMESTAMP, metadata

# Numbers every change of what is permitted. Taken while the customer's rows are locked, so that the numbers of one
# customer grow in the order of commits; one sequence for all, so that the ids of a merged customer can be compared.
changes = Sequence("changes", metadata=metadata)

# One row per customer id: what permits lock shared and every change locks for itself. An erased one is the tombstone.
subject_locks = Table(
    "standings",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("restricted", Boolean, nullable=False, server_default=text("false")),
    Column("erased_at", TIMESTAMP),
)
