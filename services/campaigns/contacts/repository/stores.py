"""Stores of contacts: the copies of other services' facts about a customer."""

from __future__ import annotations

from shared.customers.stores import MERGES, deleted

STORES = (*deleted("memberships", "profiles", "consents", "suppressions", "restrictions", "complaints"), MERGES)
