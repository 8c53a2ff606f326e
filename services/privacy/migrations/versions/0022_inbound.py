"""What people answer to messages: what was made of it, and its words until they are passed on."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TABLES = """
create table inbound_messages (
    provider text not null,
    message_id text not null,
    word text check (word in ('stop', 'start')),
    withdrawn integer not null,
    sealed bytea,
    received_at timestamptz not null,
    taken_at timestamptz not null,
    primary key (provider, message_id)
);
create index inbound_messages_waiting on inbound_messages (taken_at) where sealed is not null;
create index inbound_messages_taken on inbound_messages (taken_at);
"""


def upgrade() -> None:
    """Create the table."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
