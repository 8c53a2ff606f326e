"""What became of publishers' events, by minute, with examples of what was refused."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLES = """
create table publisher_minutes (
    publisher text not null,
    minute timestamptz not null,
    door text not null,
    outcome text not null,
    kind text not null,
    reason text not null,
    events bigint not null,
    primary key (publisher, minute, door, outcome, kind, reason)
);
create index publisher_minutes_age on publisher_minutes (minute);
create table publisher_examples (
    publisher text not null,
    kind text not null,
    reason text not null,
    place text not null,
    what text not null,
    cure text not null,
    door text not null,
    times bigint not null,
    seen_at timestamptz not null,
    primary key (publisher, kind, reason, place, what)
);
create index publisher_examples_age on publisher_examples (seen_at)
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in _TABLES.split(";"):
        op.execute(statement)
