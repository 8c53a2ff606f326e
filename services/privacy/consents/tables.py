"""The consent ledger and its heads."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.privacy.metadata import TIMESTAMP, metadata

# The ledger, of customers and of addresses (`customer_id` is the id of either). Append-only by trigger; only lines of
# an erased customer and those named in `erased_lines` may go.
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
    Column("occurred_at", TIMESTAMP, nullable=False),
    Column("recorded_at", TIMESTAMP, nullable=False),
    Column("expires_at", TIMESTAMP),
    Column("recorded_by", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("wording", Text),
    Column("wording_version", Text),
    Column("evidence", JSONB, nullable=False),
    Column("withdrawn_via", Text),
    Column("campaign_id", Uuid),
    Column("message_id", Uuid),
    # The address that was named: its hash, how often it had changed hands, whether it alone was named, and whether the
    # hash is from before addresses were hashed as they are today.
    Column("fingerprint", Text),
    Column("generation", Integer, nullable=False, server_default=text("0")),
    Column("alone", Boolean, nullable=False, server_default=text("false")),
    Column("former", Boolean, nullable=False, server_default=text("false")),
    # The wording that was seen: the notice that keeps it (`wording` is empty then), and the hash of its text.
    # `unproven`: a grant without wording or what its basis asks for, which permits nothing.
    Column("notice_id", Uuid),
    Column("wording_sha256", Text),
    Column("unproven", Boolean, nullable=False, server_default=text("false")),
    # With it the line is sealed (capability `seals`); it goes with the line.
    Column("salt", Uuid, server_default=text("gen_random_uuid()")),
)

# What holds now, one row per subject, purpose (* for every one) and channel.
heads = Table(
    "heads",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("consent_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("occurred_at", TIMESTAMP, nullable=False),
    Column("expires_at", TIMESTAMP),
    Column("refused_at", TIMESTAMP),
    Column("expired", Boolean, nullable=False, server_default=text("false")),
    Column("fingerprint", Text),
    Column("generation", Integer, nullable=False, server_default=text("0")),
    Column("alone", Boolean, nullable=False, server_default=text("false")),
    Column("former", Boolean, nullable=False, server_default=text("false")),
)
