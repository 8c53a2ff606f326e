"""Tables of the ledger, of addresses that a run has reached, and of what came back."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.campaigns.metadata import MOMENT, metadata

# The ledger. `holder` is the advisory lock of the sender that has the row in hand: a waiting row with a holder is only
# reserved, a claimed one may already have left. `deferred_for` stays when the wait ended in `too-late`. `terms_id`
# names what the gate judges the row by; null in rows that are older than the column: those have their campaign's terms.
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
    Column("enrolled_at", MOMENT, nullable=False),
    Column("not_before", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("holder", BigInteger),
    Column("claimed_at", MOMENT),
    Column("permit_id", Uuid),
    Column("bounced", Boolean, nullable=False, server_default=text("false")),
    Column("settled_at", MOMENT),
    Column("settled_by", Text),
    Column("terms_id", Uuid),
    UniqueConstraint("customer_id", "campaign_id", "entry_id", "step", "channel"),
)

# When a message of each campaign was last handed over, to within seconds.
hand_over_marks = Table(
    "hand_over_marks",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("at", MOMENT, nullable=False),
)

# Exposures and responses to our messages, as interactions records them; one row per message, kind and link.
responses = Table(
    "responses",
    metadata,
    Column("customer_id", Uuid, nullable=False),
    Column("campaign_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("link", Text, primary_key=True),
    Column("first_at", MOMENT, nullable=False),
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
