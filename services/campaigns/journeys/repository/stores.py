"""Where customers' ids stand in journeys. Counts stay: they name nobody."""

from __future__ import annotations

from services.campaigns.contacts.repository.stores import deleted

STORES = (deleted("visits"), deleted("travellers"))
