"""What people set about sending: the sender, the mail server, the allow-list; and every change of them."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table sending_settings (
        name text primary key,
        sender_name text,
        sender_address text,
        smtp_host text,
        smtp_port integer,
        smtp_security text,
        smtp_user text,
        smtp_password text,
        allow_patterns jsonb,
        allow_holds boolean not null default false,
        checked_at timestamptz,
        changed_at timestamptz,
        changed_by text
    )
    """,
    "insert into sending_settings (name) values ('default')",
    """
    create table setting_changes (
        id uuid primary key,
        at timestamptz not null,
        by text not null,
        what text not null,
        before jsonb,
        after jsonb
    )
    """,
)


def upgrade() -> None:
    """Add the tables, and the one row."""
    for statement in _STATEMENTS:
        op.execute(statement)
