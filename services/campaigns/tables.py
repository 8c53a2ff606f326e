"""The tables of campaigns' own database, as the migrations make them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()
_WHEN = DateTime(timezone=True)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("definition", JSONB, nullable=False),
    Column("salt", Uuid, nullable=False),
    Column("run_id", Uuid, nullable=False),
    Column("created_at", _WHEN, nullable=False),
    Column("started_at", _WHEN),
)

campaign_versions = Table(
    "campaign_versions",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaigns.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("definition", JSONB, nullable=False),
    Column("changed_at", _WHEN, nullable=False),
    Column("changed_by", Text, nullable=False),
)

# One row: what holds over all campaigns, and the stop-all switch.
policies = Table(
    "policies",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("policy", JSONB, nullable=False),
    Column("halted", Boolean, nullable=False, server_default=text("false")),
    Column("halted_by", Text),
    Column("halted_at", _WHEN),
)

# The ledger. `holder` is the advisory lock of the sender that has the row in hand: a waiting row with a holder is only
# reserved, a claimed one may already have left. `deferred_for` stays when the wait ended in `too-late`.
messages = Table(
    "messages",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column("entry_id", Uuid, nullable=False),
    Column("step", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("deferred_for", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("context", JSONB, nullable=False),
    Column("enrolled_at", _WHEN, nullable=False),
    Column("not_before", _WHEN, nullable=False),
    Column("expires_at", _WHEN, nullable=False),
    Column("holder", BigInteger),
    Column("claimed_at", _WHEN),
    Column("permit_id", Uuid),
    Column("bounced", Boolean, nullable=False, server_default=text("false")),
    Column("settled_at", _WHEN),
    Column("settled_by", Text),
    UniqueConstraint("customer_id", "campaign_id", "entry_id", "step", "channel"),
)

# A one-off reaches an address once: who has it, or had it. The address is known by its keyed hash only.
address_claims = Table(
    "address_claims",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("address_hash", Text, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("message_id", Uuid, nullable=False),
)

# Exposures and responses to our messages, as interactions tells them; one row per message, kind and link.
responses = Table(
    "responses",
    metadata,
    Column("customer_id", Uuid, nullable=False),
    Column("campaign_id", Uuid, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("link", Text, primary_key=True),
    Column("first_at", _WHEN, nullable=False),
)

# Who is in which segment; rows of those who left stay, so that an older event cannot bring them back.
memberships = Table(
    "memberships",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("segment_id", Uuid, primary_key=True),
    Column("member", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("since", _WHEN, nullable=False),
)

# Also the row that a claim and an enrolment lock: one customer, one decision at a time. Version 0: not heard of yet.
profiles = Table(
    "profiles",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("status", Text),
    Column("time_zone", Text),
    Column("language", Text),
    Column("reachable", ARRAY(Text), nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("expires_at", _WHEN),
    Column("version", BigInteger, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)

restrictions = Table(
    "restrictions",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("restricted", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)

# Merges and their undoing, in whatever order they arrive.
aliases = Table(
    "aliases",
    metadata,
    Column("merge_id", Uuid, primary_key=True),
    Column("old_id", Uuid, nullable=False),
    Column("current_id", Uuid, nullable=False),
    Column("undone", Boolean, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("request_id", Uuid, nullable=False),
    Column("erased_at", _WHEN, nullable=False),
)

# Requests whose receipt is not given yet, with what was erased so far.
erasures = Table(
    "erasures",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("stores", JSONB, nullable=False),
    Column("done_at", _WHEN),
)

# Opens and clicks that are not confirmed by the broker yet.
heard_unsent = Table(
    "heard_unsent",
    metadata,
    Column("response_id", Text, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("heard_at", _WHEN, nullable=False),
)

# How far the own topic was compared with the ledger.
own_topic = Table(
    "own_topic",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)
