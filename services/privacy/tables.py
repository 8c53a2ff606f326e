"""The tables of privacy's own database, as the migrations make them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Sequence,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()
_WHEN = DateTime(timezone=True)

# Numbers every change of what is permitted. Taken while the customer's standings are locked, so that the numbers of one
# customer grow in the order of commits; one sequence for all, so that the ids of a merged customer can be compared.
changes = Sequence("changes", metadata=metadata)

# One row per customer id: what permits lock shared and every change locks for itself. An erased one is the tombstone.
standings = Table(
    "standings",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("restricted", Boolean, nullable=False, server_default=text("false")),
    Column("erased_at", _WHEN),
)

# The ledger. Append-only by trigger; only lines of an erased customer may go.
consents = Table(
    "consents",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("consent_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("effective", Boolean, nullable=False),
    Column("occurred_at", _WHEN, nullable=False),
    Column("recorded_at", _WHEN, nullable=False),
    Column("expires_at", _WHEN),
    Column("recorded_by", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("wording", Text),
    Column("wording_version", Text),
    Column("evidence", JSONB, nullable=False),
    Column("withdrawn_via", Text),
    Column("campaign_id", Uuid),
    Column("message_id", Uuid),
)

# What holds now, one row per customer id, purpose and channel.
heads = Table(
    "heads",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("consent_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("occurred_at", _WHEN, nullable=False),
    Column("expires_at", _WHEN),
    Column("refused_at", _WHEN),
    Column("expired", Boolean, nullable=False, server_default=text("false")),
)

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
    Column("since", _WHEN, nullable=False),
    Column("recorded_by", Text, nullable=False),
)

permits = Table(
    "permits",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("permit_id", Uuid, primary_key=True),
    Column("message_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("covers", ARRAY(Uuid), nullable=False),
    Column("versions", ARRAY(BigInteger), nullable=False),
    Column("granted_at", _WHEN, nullable=False),
)

# Read model of customers-events: merges and their undoing, in whatever order they arrive.
aliases = Table(
    "aliases",
    metadata,
    Column("merge_id", Uuid, primary_key=True),
    Column("old", Uuid, nullable=False),
    Column("current", Uuid, nullable=False),
    Column("undone", Boolean, nullable=False, server_default=text("false")),
)

# Read model of customers-events: from which generation on an identifier derives a new customer.
generations = Table(
    "generations",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("customer_id", Uuid, nullable=False),
    Column("erasure_id", Uuid, primary_key=True),
    Column("aliases", ARRAY(Uuid), nullable=False),
    # Pairs: the hashes of the addresses named in the request, kept until they are on the suppression list.
    Column("fingerprints", ARRAY(Text), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", _WHEN, nullable=False),
    Column("due_at", _WHEN, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("identity_checked_at", _WHEN),
    Column("asked_at", _WHEN),
    Column("asked", Integer, nullable=False, server_default=text("0")),
    Column("completed_at", _WHEN),
    Column("certificate", JSONB),
)

receipts = Table(
    "receipts",
    metadata,
    Column("erasure_id", Uuid, ForeignKey("erasures.erasure_id"), primary_key=True),
    Column("service", Text, primary_key=True),
    Column("stores", JSONB, nullable=False),
    Column("remaining", JSONB, nullable=False),
    Column("received_at", _WHEN, nullable=False),
)
