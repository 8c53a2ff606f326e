"""How alembic finds this service's tables: each capability that has some adds them to the one catalogue."""

import services.interactions.identity.tables
import services.interactions.rates.tables
import services.interactions.recording.tables  # noqa: F401
from services.interactions.metadata import metadata
from shared.database.migrate import run_env

run_env(metadata)
