"""Which opens and clicks were heard: each is told on once."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table heard (
        response_id text primary key,
        customer_id uuid not null,
        heard_at timestamptz not null
    )
    """,
    "create index heard_customer on heard (customer_id)",
)


def upgrade() -> None:
    """Create the table. What was heard before it is told on once more when it is heard again."""
    for statement in _STATEMENTS:
        op.execute(statement)
