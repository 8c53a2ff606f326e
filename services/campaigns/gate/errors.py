"""Refusal to send from a restored ledger."""

from __future__ import annotations

from shared.errors import Conflict


class RestoredNotConfirmed(Conflict):
    """The ledger came from a backup, and nobody has said what becomes of the messages that wait in it."""

    slug, title = "restored-not-confirmed", "The ledger was restored, and what waited is not decided"
