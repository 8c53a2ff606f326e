"""What other services reported about identity: merges, generations, tombstones, owners of identifiers."""

from __future__ import annotations

from services.interactions.metadata import metadata
from shared.customers.generations import generations_table
from shared.customers.merges import merges_table
from shared.customers.owners import identifier_owners_table
from shared.customers.tombstones import tombstones_table

merges = merges_table(metadata)
generations = generations_table(metadata)
identifier_owners = identifier_owners_table(metadata)
tombstones = tombstones_table(metadata)
