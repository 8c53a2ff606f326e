"""Run by `crm migrate customers`."""

import services.customers.attributes.tables
import services.customers.identifiers.tables
import services.customers.merges.tables
import services.customers.profiles.tables  # noqa: F401
from services.customers.metadata import metadata
from shared.database.migrate import run_env

run_env(metadata)
