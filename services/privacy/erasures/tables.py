"""Erasure requests and the receipts of the services."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.privacy.metadata import TIMESTAMP, metadata

erasures = Table(
    "erasures",
    metadata,
    Column("customer_id", Uuid, nullable=False),
    Column("erasure_id", Uuid, primary_key=True),
    Column("aliases", ARRAY(Uuid), nullable=False),
    # Pairs: the hashes of the addresses that the request concerns, kept until it is over.
    Column("fingerprints", ARRAY(Text), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", TIMESTAMP, nullable=False),
    Column("due_at", TIMESTAMP, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("identity_checked_at", TIMESTAMP),
    Column("asked_at", TIMESTAMP),
    Column("asked", Integer, nullable=False, server_default=text("0")),
    Column("completed_at", TIMESTAMP),
    Column("certificate", JSONB),
    Column("second_selves", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("identity_checked_by", Text),
    Column("rejected_by", Text),
    Column("outcome", Text),
)

receipts = Table(
    "receipts",
    metadata,
    Column("erasure_id", Uuid, ForeignKey("erasures.erasure_id"), primary_key=True),
    Column("service", Text, primary_key=True),
    Column("stores", JSONB, nullable=False),
    Column("remaining", JSONB, nullable=False),
    Column("received_at", TIMESTAMP, nullable=False),
)

# Lines of the ledger that were erased at an address or under a second self. Those have no tombstone: whoever has the
# address next may consent by it. The ledger lets go of exactly these.
erased_lines = Table(
    "erased_lines",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("erasure_id", Uuid, nullable=False),
)
