"""Refusal while nobody knows what this database has forgotten."""

from __future__ import annotations

from shared.errors import Unavailable


class LedgerNotCompared(Unavailable):
    """The database was restored or its server started again, and it was not compared with the topic yet."""

    slug, title = "ledger-not-compared", "The ledger is being compared with what was published"
