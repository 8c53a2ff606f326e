"""Which consumer handles which types, written down a second time: the checker does not ask the code under test."""

from __future__ import annotations

from shared.contracts import analytics, campaigns, customers, interactions, privacy
from shared.contracts.envelope import Fact

FACTS = (
    interactions.PurchaseRecorded,
    interactions.ReturnRecorded,
    interactions.ContactRecorded,
    interactions.ExposureRecorded,
    interactions.ResponseRecorded,
)
_RECEIPTS = (
    customers.CustomersErasureDone,
    interactions.InteractionsErasureDone,
    analytics.AnalyticsErasureDone,
    campaigns.CampaignsErasureDone,
)
_MERGES = (customers.CustomersMerged, customers.MergeUndone)


def _types(*facts: type[Fact]) -> frozenset[str]:
    return frozenset(fact.TYPE for fact in facts)


# consumer group: its service, topics, types
CONSUMERS: dict[str, tuple[str, tuple[str, ...], frozenset[str]]] = {
    "interactions-settled": ("interactions", ("campaigns-events",), _types(campaigns.MessageSettled)),
    "interactions": (
        "interactions",
        ("customers-events", "privacy-events"),
        _types(
            *_MERGES, customers.IdentifierOwned, customers.IdentifierRetired, privacy.ConsentChanged,
            privacy.ErasureRequested,
        ),
    ),
    "customers-inbound": ("customers", ("customers-inbound",), _types(interactions.IdentityObserved)),
    "customers-purchases": ("customers", ("interactions-events",), _types(interactions.PurchaseRecorded)),
    "customers-erasures": ("customers", ("privacy-events",), _types(privacy.ErasureRequested)),
    "analytics": (
        "analytics",
        ("interactions-events", "customers-events", "privacy-events"),
        _types(*FACTS, customers.ProfileChanged, privacy.ConsentChanged, *_MERGES, privacy.ErasureRequested),
    ),
    "campaigns": (
        "campaigns",
        ("interactions-events", "customers-events", "analytics-events", "privacy-events"),
        _types(
            *FACTS, customers.ProfileChanged, *_MERGES, analytics.MembershipsChanged, privacy.ConsentChanged,
            privacy.SuppressionChanged, privacy.RestrictionChanged, privacy.ErasureRequested,
        ),
    ),
    "privacy": (
        "privacy",
        ("customers-events", "interactions-events", "analytics-events", "campaigns-events"),
        _types(
            interactions.ResponseRecorded, campaigns.MessageSettled, *_MERGES, customers.IdentifierOwned,
            customers.IdentifierRetired, *_RECEIPTS,
        ),
    ),
}  # fmt: skip
# The consumer of raw messages keeps no inbox; it knows messages by publisher and id.
GROUPS: dict[str, tuple[str, ...]] = {
    "interactions-inbound": ("interactions-inbound",),
    **{consumer: topics for consumer, (_, topics, _) in CONSUMERS.items()},
}
