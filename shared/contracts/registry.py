"""Every event type with its class; topics, examples and compatibility tests read this list."""

from __future__ import annotations

from shared.contracts import analytics, campaigns, customers, interactions, privacy
from shared.contracts.envelope import Fact

FACTS: dict[str, type[Fact]] = {
    fact.TYPE: fact
    for fact in (
        interactions.PurchaseRecorded,
        interactions.ReturnRecorded,
        interactions.ContactRecorded,
        interactions.ExposureRecorded,
        interactions.ResponseRecorded,
        interactions.BrowsingRecorded,
        interactions.CustomRecorded,
        interactions.ProductChanged,
        interactions.CaseChanged,
        interactions.InteractionsRetracted,
        interactions.IdentityObserved,
        interactions.InteractionsErasureDone,
        customers.ProfileChanged,
        customers.CustomersMerged,
        customers.MergeUndone,
        customers.IdentifierOwned,
        customers.IdentifierRetired,
        customers.IdentifierFreed,
        customers.CustomerRetracted,
        customers.CustomersErasureDone,
        analytics.MembershipsChanged,
        analytics.SegmentChanged,
        analytics.AnalyticsErasureDone,
        campaigns.MessageSettled,
        campaigns.CampaignChanged,
        campaigns.CampaignsErasureDone,
        privacy.ConsentChanged,
        privacy.AddressConsentChanged,
        privacy.LedgerSealed,
        privacy.PreferencesChanged,
        privacy.SignupRequested,
        privacy.SuppressionChanged,
        privacy.RestrictionChanged,
        privacy.ErasureRequested,
        privacy.ErasureCompleted,
    )
}
