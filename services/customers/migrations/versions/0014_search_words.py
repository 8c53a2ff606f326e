"""Search: words of names and places that are alike, and identifiers as they were typed."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# pg_trgm is a trusted extension: the owner of the database may create it.
_CHANGES = """
create extension if not exists pg_trgm;
create index customers_alike on customers using gin (
    lower(coalesce(name, '') || ' ' || coalesce(profile ->> 'legal_name', '') || ' '
          || coalesce(profile ->> 'city', '') || ' ' || coalesce(profile ->> 'postal_code', '')) gin_trgm_ops
) where merged_into is null;
create index identifiers_value on identifiers (value)
"""


def upgrade() -> None:
    """Add the extension and the indexes."""
    for statement in _CHANGES.split(";"):
        op.execute(statement)
