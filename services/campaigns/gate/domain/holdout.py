"""Who is left out of a campaign on purpose, so that its effect can be measured."""

from __future__ import annotations

import hashlib
from uuid import UUID

_STEPS = 2**32


def is_held_out(customer_id: UUID, salt: UUID, percent: float) -> bool:
    """True for `percent` of all customers, the same ones each time for one campaign (`salt`), others for another."""
    digest = hashlib.sha256(salt.bytes + customer_id.bytes).digest()
    return int.from_bytes(digest[:4], "big") < percent / 100 * _STEPS
