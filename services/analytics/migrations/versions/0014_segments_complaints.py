"""Complaints, open or solved, and the list of customers with an open one."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table complaints (
        case_id uuid primary key,
        customer_id uuid not null,
        active boolean not null,
        version bigint not null
    )
    """,
    "create index complaints_customer on complaints (customer_id)",
    # A firm may have a list of that name already.
    """
    insert into lists (list_id, name, description, created_at, created_by)
    select 'c0000000-0000-8000-8000-000000000001',
           case when exists (select from lists where lower(name) = 'open complaint')
                then 'Open complaint (service cases)' else 'Open complaint' end,
           'Customers with a complaint that is not solved; kept by the service cases', now(), 'analytics'
    """,
)


def upgrade() -> None:
    """Create the table and the list."""
    for statement in _STATEMENTS:
        op.execute(statement)
