"""How alembic finds this service's tables."""

from services.privacy.tables import metadata
from shared.database.migrate import run_env

run_env(metadata)
