"""How alembic finds this service's tables."""

from services.privacy.tables import metadata
from shared.migrate import run_env

run_env(metadata)
