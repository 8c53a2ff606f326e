"""Objections to profiling: the purpose is built in, and a request may ask for it."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Without words for pages: nobody is offered a box for it, officers and the firm's own pages record it.
_PURPOSE = """
insert into purposes (name, labels, description, channels, bases, built_in, changed_by, changed_at)
values ('profiling', '{}'::jsonb, 'Being scored and segmented; refused, it is an objection (GDPR article 21)',
        '{email,sms,post,phone}',
        '[{"basis": "consent", "days": null}, {"basis": "legitimate_interest", "days": null}]'::jsonb,
        true, 'upgrade', now())
on conflict (name) do update set built_in = true
"""
_KINDS = (
    "alter table requests drop constraint requests_kind_check",
    """alter table requests add constraint requests_kind_check check (kind in
        ('access', 'rectification', 'erasure', 'restriction', 'portability', 'objection', 'profiling'))""",
)


def upgrade() -> None:
    """What was defined under this name keeps its words and bases."""
    op.get_bind().exec_driver_sql(_PURPOSE)
    for statement in _KINDS:
        op.execute(statement)
