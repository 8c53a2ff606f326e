"""The settings of customers, read from the environment."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from shared.files.settings import FileSettings


class Settings(FileSettings):
    """The names of the environment variables are the fields' names in capitals."""

    service: ClassVar[str] = "customers"

    default_time_zone: str = Field("UTC", description="IANA zone of customers who named none; quiet hours follow it")

    privacy_url: str | None = Field(None, description="base of privacy's API; without it files cannot speak of consent")

    analytics_url: str | None = Field(
        None, description="base of analytics' API; without it exports cannot ask for members of segments"
    )
    export_keep_days: int = Field(7, ge=1, le=90, description="after which the file of an export is deleted")

    duplicates_automatic: bool = Field(
        False, description="pairs of customers that are sure to be one are merged without anybody looking"
    )

    import_pause_lag: int = Field(
        3_000, ge=0, description="events waiting for analytics beyond which an import waits; 0: it never does"
    )

    @field_validator("default_time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not an IANA time zone such as Europe/Berlin")
        return zone

    @property
    def key(self) -> str:
        """The key under which ids and fingerprints are derived."""
        return self.installation_key.get_secret_value()
