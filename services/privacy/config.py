"""Settings of privacy."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from shared.config import ServiceSettings
from shared.security.transport import not_https


class Settings(ServiceSettings):
    """What privacy adds to every service's settings."""

    service: ClassVar[str] = "privacy"

    expiry_every_s: float = Field(1.0, gt=0, description="how often consents that ran out are looked for")
    ask_again_after_h: float = Field(
        24.0, gt=0, description="business hours after which services without a clean receipt are asked again"
    )
    keep_permits_days: int = Field(400, ge=1, description="business days for which permits are kept as evidence")

    privacy_public_url: str = Field("http://127.0.0.1:8050", description="base of our pages as recipients reach them")
    customers_url: str = Field("http://127.0.0.1:8010", description="base of customers' API, for what is kept there")
    interactions_url: str = Field("http://127.0.0.1:8020", description="base of interactions' API, for the same")
    analytics_url: str = Field("http://127.0.0.1:8030", description="base of analytics' API, for the same")
    campaigns_url: str = Field("http://127.0.0.1:8040", description="base of campaigns' API, for the same")
    signup_valid_h: float = Field(
        48.0, ge=24, le=72, description="business hours within which a sign-up must be confirmed; then it is deleted"
    )
    signups_per_minute: float = Field(10.0, gt=0, description="from one client address, by forms and keys in pages")
    consent_age: int = Field(16, ge=0, le=21, description="from which age on somebody consents to marketing themselves")
    consent_ages: dict[str, int] = Field({}, description='the same by country (ISO 3166): {"AT": 14, "DE": 16}')

    @property
    def neighbours(self) -> dict[str, str]:
        """The other services' addresses, by name."""
        return {
            "customers": self.customers_url,
            "interactions": self.interactions_url,
            "analytics": self.analytics_url,
            "campaigns": self.campaigns_url,
        }

    def unsafe(self) -> list[str]:
        """What must not be so in production."""
        found = super().unsafe() + self.unsafe_links()
        if not self.privacy_public_url.startswith("https://"):
            found.append("PRIVACY_PUBLIC_URL must be https: people type their addresses in there")
        return found + not_https({f"{name.upper()}_URL": url for name, url in self.neighbours.items()})
