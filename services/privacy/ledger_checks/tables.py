"""Which database was compared last, and when somebody last looked."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from services.privacy.metadata import metadata

# One row at most. None before a worker has looked for the first time.
ledger_checks = Table(
    "ledger_checks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("identity", Text, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
)
