"""Alembic's entry for this service."""

import services.analytics.backfill.tables
import services.analytics.facts.tables
import services.analytics.identity.tables
import services.analytics.memberships.tables
import services.analytics.reconciliation.tables
import services.analytics.segments.tables  # noqa: F401
from services.analytics.metadata import metadata
from shared.database.migrate import run_env

run_env(metadata)
