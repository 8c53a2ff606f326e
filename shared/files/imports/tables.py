"""The table of refused rows, as each service that takes files declares it beside its own."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, Uuid


def import_refusals_table(metadata: MetaData) -> Table:
    """The reason names a column, never a value: the row itself is read from the file, for as long as that is kept."""
    return Table(
        "import_refusals",
        metadata,
        Column("import_id", Uuid, primary_key=True),
        Column("row", BigInteger, primary_key=True),
        Column("place", BigInteger, nullable=False),
        Column("reason", Text, nullable=False),
    )
