"""Journeys: definitions, travellers with the moment at which each is due, visits and counts."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table journeys (
        id uuid primary key,
        version bigint not null,
        state text not null check (state in ('draft', 'running', 'paused', 'stopped')),
        draft jsonb not null,
        live int,
        salt uuid not null,
        run_id uuid not null,
        created_at timestamptz not null,
        started_at timestamptz,
        running_since timestamptz,
        paused_at timestamptz,
        pause_mode text check (pause_mode in ('hold', 'skip', 'drop')),
        state_reason text,
        archived boolean not null default false,
        filling boolean not null default false,
        filled_after uuid,
        scheduled_at timestamptz
    )
    """,
    """
    create table journey_versions (
        journey_id uuid not null references journeys,
        number int not null,
        definition jsonb not null,
        published_at timestamptz not null,
        published_by text not null,
        primary key (journey_id, number)
    )
    """,
    """
    create table travellers (
        customer_id uuid not null,
        id uuid not null,
        journey_id uuid not null,
        version int not null,
        entry_id uuid not null,
        key text not null,
        seed uuid not null,
        node text not null,
        place text not null check (place in ('ready', 'waiting', 'sending', 'ended')),
        since timestamptz not null,
        due_at timestamptz,
        entered_at timestamptz not null,
        steps int not null default 0,
        listening boolean not null default false,
        heard_at timestamptz,
        message_id uuid,
        goal_until timestamptz,
        goal_at timestamptz,
        ended_at timestamptz,
        end_reason text,
        context jsonb not null,
        primary key (customer_id, id)
    )
    """,
    # By journey, so that those of a paused one are in nobody's way however many are due.
    "create index travellers_due on travellers (journey_id, due_at) where due_at is not null",
    "create index travellers_listening on travellers (customer_id) where listening",
    "create index travellers_goal on travellers (customer_id) where goal_until is not null and goal_at is null",
    "create index travellers_journey on travellers (journey_id, id)",
    """
    create table visits (
        customer_id uuid not null,
        traveller_id uuid not null,
        number int not null,
        version int not null,
        node text not null,
        came_at timestamptz not null,
        left_at timestamptz not null,
        outcome text not null,
        reason text,
        primary key (customer_id, traveller_id, number)
    )
    """,
    """
    create table journey_counts (
        journey_id uuid not null,
        version int not null,
        node text not null,
        what text not null,
        reason text not null,
        count bigint not null,
        primary key (journey_id, version, node, what, reason)
    )
    """,
    # A message that has ended wakes its traveller, whoever ended it: the sender, the recovery, an operator, an erasure.
    # Messages of campaigns, whose terms bear the campaign's id, are passed over. One of which nobody knows is waited
    # for: the step says how long.
    """
    create function message_wakes_traveller() returns trigger language plpgsql as $$
    begin
        update travellers set due_at = new.settled_at
        where customer_id = new.customer_id and message_id = new.id and place = 'sending';
        return null;
    end $$
    """,
    """
    create trigger messages_wake_travellers after update of state on messages
        for each row when (new.terms_id is distinct from new.campaign_id and new.terms_id is not null
                           and old.state is distinct from new.state
                           and new.state in ('handed_over', 'refused', 'failed', 'unknown'))
        execute function message_wakes_traveller()
    """,
    # What changed among the campaigns and journeys that may be entered is asked with every batch of events.
    "create index campaigns_entered on campaigns (id, version) where state in ('running', 'paused')",
    "create index journeys_entered on journeys (id, version) where state in ('running', 'paused')",
    # What templates and journeys may ask of a customer: the attributes that are marked segmentable.
    "alter table profiles add column attributes jsonb not null default '{}'",
    # The name of a journey's messages is that of their terms.
    "create index terms_campaign on terms ((terms->>'campaign_id'))",
)


def upgrade() -> None:
    """Create tables, indexes and the trigger."""
    for statement in _STATEMENTS:
        op.execute(statement)
