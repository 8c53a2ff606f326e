"""Scores of customers, and the fits of models by which they were made."""

from alembic import op

revision = "0007"
down_revision = "0006"

_FITS = """
create table score_fits (
    fit_id uuid primary key,
    model text not null check (model in ('rfm', 'bgnbd', 'mbgnbd')),
    state text not null check (state in ('waiting', 'published', 'refused')),
    options jsonb not null,
    requested_at timestamptz not null,
    requested_by text not null,
    as_of timestamptz,
    finished_at timestamptz,
    customers bigint,
    parameters jsonb,
    quality jsonb,
    reason text,
    detail text
)
"""
_SCORES = """
create table scores (
    customer_id uuid primary key,
    as_of timestamptz not null,
    last_purchase timestamptz,
    orders int,
    money bigint,
    r smallint,
    f smallint,
    m smallint,
    rfm_group text,
    rfm_fit uuid,
    p_active double precision,
    purchases_expected double precision,
    clv bigint,
    crosses_at timestamptz,
    value_fit uuid
) with (fillfactor = 80)
"""


def upgrade() -> None:
    """Empty: the first night fills them."""
    op.execute(_FITS)
    op.execute("create index score_fits_waiting on score_fits (requested_at) where state = 'waiting'")
    op.execute(_SCORES)
    op.execute("create index scores_grid on scores (r, f) where r is not null")
