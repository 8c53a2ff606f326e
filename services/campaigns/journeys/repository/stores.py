"""Where customers' ids stand in journeys. Counts stay: they name nobody."""

from __future__ import annotations

from shared.customers.stores import deleted

STORES = deleted("visits", "travellers")
