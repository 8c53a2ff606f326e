"""Settings of interactions; the only room here that names environment variables."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from shared.config import ServiceSettings


class Settings(ServiceSettings):
    """What both processes of interactions need."""

    service: ClassVar[str] = "interactions"

    trusted_publishers: list[str] = Field(
        [],
        description="names that publishers on the topic give themselves and that are believed as a server's key is; "
        "a record carries no proof of it, so list names only where the broker keeps strangers out",
    )
    rate_max_age_days: int = Field(
        7, ge=0, le=366, description="a rate counts for this many days after its own; banks publish none on holidays"
    )
    confirm_timeout_s: float = Field(
        5.0, gt=0, le=15, description="machine seconds the HTTP doors wait for the broker before they answer 503"
    )
