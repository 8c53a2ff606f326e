"""Members of each segment are counted where memberships change, whatever statement changes them."""

from alembic import op

revision = "0005"
down_revision = "0004"

# A row for each connection that writes: transactions side by side never wait for each other's counts, and cannot wait
# in a circle. Once a connection is gone its rows are added to those of writer 0.
_TABLE = """
create table segment_counts (
    segment_id uuid not null,
    version int not null,
    writer int not null,
    members bigint not null,
    primary key (segment_id, version, writer)
) with (fillfactor = 50)
"""
_PRESENT = """
insert into segment_counts (segment_id, version, writer, members)
select segment_id, version, 0, count(*) from memberships group by 1, 2
"""
# By the rows that a statement really stored or deleted: `on conflict do nothing` and COPY tell nothing of them.
_COUNT = """
create function count_memberships() returns trigger language plpgsql as $$
begin
    insert into segment_counts as c (segment_id, version, writer, members)
    select segment_id, version, pg_backend_pid(), case tg_op when 'INSERT' then count(*) else -count(*) end
    from changed group by 1, 2 order by 1, 2
    on conflict (segment_id, version, writer) do update set members = c.members + excluded.members;
    return null;
end $$
"""
_ENTERED = """
create trigger memberships_entered after insert on memberships referencing new table as changed
for each statement execute function count_memberships()
"""
_LEFT = """
create trigger memberships_left after delete on memberships referencing old table as changed
for each statement execute function count_memberships()
"""


def upgrade() -> None:
    """Counts of what there is, and of what comes."""
    # Nothing may change between the counting and the triggers.
    op.execute("lock table memberships in share row exclusive mode")
    for statement in (_TABLE, _PRESENT, _COUNT, _ENTERED, _LEFT):
        op.execute(statement)
