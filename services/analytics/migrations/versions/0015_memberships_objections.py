"""Who objects to profiling is in no segment: an index of them, and those who objected before are recomputed."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEX = """
create index consents_objections on consents (customer_id) where purpose = 'profiling' and state = 'denied'
"""
# At once: their marks wait for no event.
_RECOMPUTE = """
insert into dirty (customer_id, partition, since, origin)
with recursive objecting as (
    select customer_id from consents where purpose = 'profiling' and state = 'denied'
    union
    select m.survivor from objecting o join merges m on m.absorbed = o.customer_id and not m.undone
)
select s.customer_id, s.partition, '-infinity', 'repair' from objecting join states s using (customer_id)
order by 1 on conflict do nothing
"""


def upgrade() -> None:
    """Make the index, and mark who is in segments although they object."""
    op.execute(_INDEX)
    op.execute(_RECOMPUTE)
