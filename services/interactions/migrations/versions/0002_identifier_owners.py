"""Owners of identifiers, as customers tells them."""

from __future__ import annotations

from alembic import op

from shared.customers.owners import create_identifier_owners

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. Customers fills it: its worker says once whose everything is."""
    create_identifier_owners(op)
