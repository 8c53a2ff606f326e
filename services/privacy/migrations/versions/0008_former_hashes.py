"""Which hashes of addresses are of the former spelling, in which two people's addresses may have one hash."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Rows that are there get true, rows to come false; no row is rewritten.
_STATEMENTS = """
alter table suppressions add column former boolean not null default true;
alter table suppressions alter column former set default false;
alter table permits add column former boolean not null default true;
alter table permits alter column former set default false;
alter table consents add column former boolean not null default false;
alter table heads add column former boolean not null default false;
"""


def upgrade() -> None:
    """Mark what is there."""
    for statement in _STATEMENTS.split(";"):
        if statement.strip():
            op.execute(statement)
