"""The base currency as people set it, and whether a purchase has fixed it."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLE = """
create table base_currency (
    name text primary key,
    currency text,
    fixed boolean not null,
    changed_at timestamptz,
    changed_by text
)
"""
# What was bought before was valued in the environment's currency, whichever that is.
_FIXED = """
insert into base_currency (name, fixed)
select 'default', exists (select from interactions where amount is not null)
"""


def upgrade() -> None:
    """Create the table and its one row."""
    op.execute(_TABLE)
    op.execute(_FIXED)
