"""Tables of imports: each file, the rows that were refused, and examples of what the others came to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.customers.metadata import MOMENT, metadata
from shared.files.imports.tables import import_refusals_table

imports = Table(
    "imports",
    metadata,
    Column("import_id", UUID, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sheet", JSONB, nullable=False),
    Column("mapping", JSONB),
    Column("state", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("started_at", MOMENT),
    Column("started_by", Text),
    Column("finished_at", MOMENT),
    Column("failure", Text),
    Column("position", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("file_deleted_at", MOMENT),
    Column("undoable", Boolean, nullable=False),
    # {"by", "at", "after", "touched", "restored", "retracted"}: who takes it back, and how far that is.
    Column("undo", JSONB),
    # By which columns it speaks of consent (ConsentRule), and how many rows say what.
    Column("erase_file", Boolean, nullable=False),
    Column("consents", JSONB, nullable=False),
    Column("consent_counts", JSONB, nullable=False),
)

import_refusals = import_refusals_table(metadata)

import_examples = Table(
    "import_examples",
    metadata,
    Column("import_id", UUID, primary_key=True),
    Column("row", BigInteger, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("changes", JSONB, nullable=False),
)

# Whom a dry run has found to be new: a second row about them is not new again. Emptied when it ends.
import_newcomers = Table(
    "import_newcomers",
    metadata,
    Column("import_id", UUID, primary_key=True),
    Column("customer_id", UUID, primary_key=True),
)

# Whom an import has stated something of, under which id: those are gone through when it is taken back.
import_customers = Table(
    "import_customers",
    metadata,
    Column("import_id", UUID, primary_key=True),
    Column("customer_id", UUID, primary_key=True),
)

# `headings` is the fingerprint of a file's headings. Without a name: what the last file of that kind was taken by.
import_mappings = Table(
    "import_mappings",
    metadata,
    Column("mapping_id", UUID, primary_key=True),
    Column("name", Text),
    Column("headings", Text, nullable=False),
    Column("mapping", JSONB, nullable=False),
    Column("saved_at", MOMENT, nullable=False),
    Column("saved_by", Text, nullable=False),
)

# What rows say of consent, on its way to privacy: the words themselves are read from the file.
import_consents = Table(
    "import_consents",
    metadata,
    Column("import_id", UUID, primary_key=True),
    Column("row", BigInteger, primary_key=True),
    Column("rule", SmallInteger, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("state", Text, nullable=False),
)
