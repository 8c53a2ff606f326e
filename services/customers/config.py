"""The settings of customers, read from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from shared.config import ServiceSettings


class Settings(ServiceSettings):
    """The names of the environment variables are the fields' names in capitals."""

    service: ClassVar[str] = "customers"

    default_time_zone: str = Field("UTC", description="IANA zone of customers who named none; quiet hours follow it")

    import_folder: Path | None = Field(
        None, description="where imported files lie; the same for app and worker. Without it no file is taken"
    )
    import_most_mib: int = Field(512, ge=1, le=2048, description="the largest file that is taken, in MiB")
    import_memory_mib: int = Field(1024, ge=256, description="the memory in which one file is read, in MiB")
    import_reading_s: float = Field(120.0, gt=0, description="within which a file must have been read")
    import_keep_days: int = Field(7, ge=1, le=90, description="after which the file of an import is deleted")

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
