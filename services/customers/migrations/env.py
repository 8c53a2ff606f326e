"""Run by `python -m shared.migrate customers`."""

from services.customers.tables import metadata
from shared.migrate import run_env

run_env(metadata)
