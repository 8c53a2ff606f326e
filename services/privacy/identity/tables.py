"""Copies from customers-events: merges, owners of identifiers, and generations of retired ones."""

from __future__ import annotations

from services.privacy.metadata import metadata
from shared.customers.generations import generations_table
from shared.customers.merges import merges_table
from shared.customers.owners import identifier_owners_table

merges = merges_table(metadata)
generations = generations_table(metadata)
identifier_owners = identifier_owners_table(metadata)
