"""The copy of merges has one schema in every service."""

from __future__ import annotations

from alembic import op

from shared.customers.merges import create_merges

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Of a merge of which only the undoing was heard, nobody had kept whose it was: its row names nobody.
_FILL = """
insert into merges (merge_id, absorbed, survivor) select merge_id, customer_id, survivor from aliases
"""
_FILL_UNDONE = """
insert into merges (merge_id, absorbed, survivor, undone)
select merge_id, '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000', true from undone_merges
on conflict (merge_id) do update set undone = true
"""
# The version before writes aliases and undone_merges, this one merges. While both run, each hears of the other's; what
# a trigger writes is not carried back.
_TRIGGERS = (
    """
create function merges_to_aliases() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.undone then
        if tg_op <> 'DELETE' then
            insert into undone_merges (merge_id) values (new.merge_id) on conflict do nothing;
        end if;
        delete from aliases where merge_id = coalesce(new.merge_id, old.merge_id);
    else
        insert into aliases (customer_id, survivor, merge_id) values (new.absorbed, new.survivor, new.merge_id)
        on conflict (customer_id) do update set survivor = excluded.survivor, merge_id = excluded.merge_id;
    end if;
    return null;
end $$
""",
    """
create trigger merges_to_aliases after insert or update or delete on merges
    for each row when (pg_trigger_depth() = 0) execute function merges_to_aliases()
""",
    """
create function aliases_to_merges() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        delete from merges where merge_id = old.merge_id and not undone;
    else
        insert into merges (merge_id, absorbed, survivor) values (new.merge_id, new.customer_id, new.survivor)
        on conflict (merge_id) do update set absorbed = excluded.absorbed, survivor = excluded.survivor;
    end if;
    return null;
end $$
""",
    """
create trigger aliases_to_merges after insert or update or delete on aliases
    for each row when (pg_trigger_depth() = 0) execute function aliases_to_merges()
""",
    """
create function undone_to_merges() returns trigger language plpgsql as $$
begin
    insert into merges (merge_id, absorbed, survivor, undone)
    values (new.merge_id, '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000', true)
    on conflict (merge_id) do update set undone = true;
    return null;
end $$
""",
    """
create trigger undone_to_merges after insert on undone_merges
    for each row when (pg_trigger_depth() = 0) execute function undone_to_merges()
""",
)


def upgrade() -> None:
    """Make and fill the table; the former ones stay for the version before."""
    create_merges(op)
    op.execute(_FILL)
    op.execute(_FILL_UNDONE)
    for statement in _TRIGGERS:
        op.execute(statement)
