"""Purposes, wordings that stay for ever, and lines of the ledger that point at them or prove nothing."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = """
create table purposes (
    name text primary key,
    labels jsonb not null,
    description text not null,
    channels text[] not null,
    bases jsonb not null,
    built_in boolean not null default false,
    archived boolean not null default false,
    changed_by text not null,
    changed_at timestamptz not null
);

create table notices (
    notice_id uuid primary key,
    name text not null,
    version text not null,
    language text not null,
    purpose text not null,
    channels text[] not null,
    text text not null,
    sha256 text not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    unique (name, version, language)
);
create index notices_purpose on notices (purpose);
create index notices_sha256 on notices (sha256);

alter table consents add column notice_id uuid,
    add column wording_sha256 text,
    add column unproven boolean not null default false;
create index consents_unproven on consents (customer_id) where unproven;
"""
_GUARDS = (
    """
    create function guard_notices() returns trigger language plpgsql as $$
    begin
        raise exception 'wordings stay as they are: no %', lower(tg_op) using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger notices_stay before update or delete on notices for each row execute function guard_notices()
    """,
    """
    create trigger notices_are_never_emptied before truncate on notices
    for each statement execute function guard_notices()
    """,
)
_EVERY_BASIS = """[{"basis": "consent", "days": null}, {"basis": "soft_opt_in", "days": null},
    {"basis": "contract", "days": null}, {"basis": "legitimate_interest", "days": null},
    {"basis": "legal_obligation", "days": null}]"""
# What people were asked for before purposes were defined is defined from now on, as it was used.
_PURPOSES = f"""
insert into purposes (name, labels, description, channels, bases, built_in, changed_by, changed_at)
select name, labels::jsonb, description, '{{email,sms,post,phone}}', '{_EVERY_BASIS}'::jsonb, built_in, 'upgrade', now()
from (
    values
        ('marketing', '{{"en": "offers and news", "de": "Angebote und Neuigkeiten", "fr": "offres et actualités",
          "da": "tilbud og nyheder", "ro": "oferte și noutăți", "cs": "nabídky a novinky"}}',
         'Advertising of the firm', true),
        ('service', '{{"en": "messages about your orders", "de": "Nachrichten zu Ihren Bestellungen",
          "fr": "messages sur vos commandes", "da": "beskeder om dine ordrer", "ro": "mesaje despre comenzile tale",
          "cs": "zprávy o vašich objednávkách"}}',
         'Messages that somebody waits for; they need no consent', true)
) as known(name, labels, description, built_in)
union all
select distinct purpose, '{{}}'::jsonb, 'In use before purposes were defined',
    '{{email,sms,post,phone}}'::text[], '{_EVERY_BASIS}'::jsonb, false, 'upgrade', now()
from heads where purpose not in ('*', 'marketing', 'service')
"""


def upgrade() -> None:
    """Create everything; lines that are there stay as they are and count as proven."""
    for statement in (*_TABLES.split(";"), *_GUARDS):
        if statement.strip():
            op.execute(statement)
    op.get_bind().exec_driver_sql(_PURPOSES)
