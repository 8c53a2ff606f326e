"""The chain over the ledger, and what is still to be sealed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, LargeBinary, Table, Text

from services.privacy.metadata import TIMESTAMP, metadata

# Filled by triggers of the ledger, in the transaction of the line.
to_seal = Table(
    "to_seal",
    metadata,
    Column("place", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
)

chain = Table(
    "chain",
    metadata,
    Column("seq", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Column("sealed_at", TIMESTAMP, nullable=False),
)
