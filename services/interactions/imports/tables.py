"""Tables of imports: each file, its rows by their orders, rows that were refused, orders that were taken."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.interactions.metadata import metadata

_Instant = DateTime(timezone=True)

imports = Table(
    "imports",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sheet", JSONB, nullable=False),
    Column("mapping", JSONB),
    Column("terms", JSONB),
    Column("state", Text, nullable=False),
    Column("created_at", _Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("started_at", _Instant),
    Column("started_by", Text),
    Column("finished_at", _Instant),
    Column("undone_by", Text),
    Column("failure", Text),
    Column("grouped", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("after", LargeBinary, nullable=False),
    Column("tally", JSONB, nullable=False),
    Column("examples", JSONB, nullable=False),
    Column("file_deleted_at", _Instant),
    Column("erase_file", Boolean, nullable=False, server_default=text("false")),
    Index("imports_busy", "import_id", postgresql_where=text("state in ('checking', 'running', 'undoing')")),
)

# Where the rows of each order lie in the file; sorted by a digest of the order's number.
import_lines = Table(
    "import_lines",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("row", BigInteger, primary_key=True),
    Column("place", BigInteger, nullable=False),
)

# The reason names a column, never a value: the row itself is read from the file, for as long as that is kept.
import_refusals = Table(
    "import_refusals",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("row", BigInteger, primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)

# `digest` is that of the message, by which it is known not to be recorded again.
import_orders = Table(
    "import_orders",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("time", _Instant, nullable=False),
    Column("interaction_id", Uuid, nullable=False),
    Column("row", BigInteger, nullable=False),
    Index("import_orders_customer", "customer_id"),
    Index("import_orders_interaction", "interaction_id"),
)
