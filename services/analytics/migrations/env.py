"""Alembic's entry for this service."""

from services.analytics.tables import metadata
from shared.database.migrate import run_env

run_env(metadata)
