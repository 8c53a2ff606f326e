"""Settings of privacy."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from shared.config import ServiceSettings


class Settings(ServiceSettings):
    """What privacy adds to every service's settings."""

    service: ClassVar[str] = "privacy"

    expiry_every_s: float = Field(1.0, gt=0, description="how often consents that ran out are looked for")
    ask_again_after_h: float = Field(
        24.0, gt=0, description="business hours after which services without a clean receipt are asked again"
    )
    keep_permits_days: int = Field(400, ge=1, description="business days for which permits are kept as evidence")

    def unsafe(self) -> list[str]:
        """What must not be so in production."""
        return super().unsafe() + self.unsafe_links()
