"""Alembic's entry: the tables of all capabilities."""

import services.campaigns.campaigns.tables
import services.campaigns.contacts.tables
import services.campaigns.delivery.tables
import services.campaigns.erasures.tables
import services.campaigns.gate.tables
import services.campaigns.messages.tables
import services.campaigns.settings.tables
import services.campaigns.tracking.tables  # noqa: F401
from services.campaigns.metadata import metadata
from shared.database.migrate import run_env

run_env(metadata)
