"""Run by `python -m services.migrate customers`."""

from services.customers.tables import metadata
from shared.database.migrate import run_env

run_env(metadata)
