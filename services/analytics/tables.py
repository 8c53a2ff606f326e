"""The tables of this database beside the kernel's, as the migration makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


facts = Table(
    "facts",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("time", DateTime(timezone=True), primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("line", SmallInteger, primary_key=True),
    Column("event", Text, nullable=False),
    _moment("recorded_at"),
    Column("amount", BigInteger),
    Column("items", BigInteger),
    Column("quantity", Double),
    Column("cost", BigInteger),
    *(
        Column(name, Text)
        for name in (
            "channel", "store", "product", "category", "brand", "department", "direction", "outcome", "kind", "campaign"
        )
    ),
)  # fmt: skip
profiles = Table(
    "profiles",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("attributes", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    _moment("changed_at"),
)
attributes = Table(
    "attributes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("type", Text, nullable=False),
    _moment("seen_at"),
)
consents = Table(
    "consents",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("state", Text, nullable=False),
    _moment("expires_at", nullable=True),
    Column("version", BigInteger, nullable=False),
    _moment("changed_at"),
)
lists = Table(
    "lists",
    metadata,
    Column("list_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    _moment("created_at"),
    Column("created_by", Text, nullable=False),
)
list_members = Table(
    "list_members",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("list_id", Uuid, ForeignKey("lists.list_id", ondelete="CASCADE"), primary_key=True),
    _moment("added_at"),
    _moment("expires_at", nullable=True),
)
states = Table(
    "states",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("partition", SmallInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
    _moment("wake", nullable=True),
    Column("revision", BigInteger, nullable=False),
)
segments = Table(
    "segments",
    metadata,
    Column("segment_id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("archived", Boolean, nullable=False),
    Column("current_version", Integer),
    Column("newest_version", Integer, nullable=False),
    _moment("created_at"),
    _moment("changed_at"),
)
segment_versions = Table(
    "segment_versions",
    metadata,
    Column("segment_id", Uuid, ForeignKey("segments.segment_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("definition", JSONB, nullable=False),
    Column("types", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    _moment("created_at"),
    Column("created_by", Text, nullable=False),
    _moment("live_at", nullable=True),
    Column("replaces", Integer),
    Column("round", BigInteger),
)
leaves = Table(
    "leaves",
    metadata,
    Column("key", Text, primary_key=True),
    Column("leaf_id", Integer, nullable=False, unique=True),
)
programs = Table(
    "programs",
    metadata,
    Column("one", Boolean, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("next_leaf", Integer, nullable=False),
    _moment("changed_at"),
)
fill_rounds = Table(
    "fill_rounds",
    metadata,
    Column("round", BigInteger, Identity(always=True), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    _moment("since"),
    Column("stage", Text, nullable=False),
    _moment("moment", nullable=True),
    Column("done_to", Uuid),
    Column("live_revision", BigInteger),
)
fills = Table(
    "fills",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
)
read_up_to = Table(
    "read_up_to",
    metadata,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    _moment("moment"),
)
sweeps = Table(
    "sweeps",
    metadata,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("at", Uuid),
    Column("done", Boolean, nullable=False),
)
memberships = Table(
    "memberships",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("segment_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    _moment("since"),
)
membership_history = Table(
    "membership_history",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _moment("at"),
    _moment("recorded_at"),
    Column("segment_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entered", Boolean, nullable=False),
    Column("cause", Text, nullable=False),
    Column("origin", Text, nullable=False),
)
aliases = Table(
    "aliases",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("survivor", Uuid, nullable=False),
    Column("merge_id", Uuid, nullable=False),
)
undone_merges = Table("undone_merges", metadata, Column("merge_id", Uuid, primary_key=True))
dirty = Table(
    "dirty",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("partition", SmallInteger, nullable=False),
    _moment("since"),
    Column("origin", Text, nullable=False),
    Column("cause", Uuid),
)
tombstones = Table(
    "tombstones",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("request_id", Uuid, nullable=False),
    _moment("erased_at"),
)
reconciliations = Table(
    "reconciliations",
    metadata,
    Column("id", Uuid, primary_key=True),
    _moment("started_at"),
    _moment("finished_at", nullable=True),
    Column("customers", BigInteger, nullable=False),
    Column("mismatches", BigInteger, nullable=False),
    Column("examples", JSONB, nullable=False),
)
