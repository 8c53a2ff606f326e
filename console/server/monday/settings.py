"""Who gets the mail of Monday, and in which zone the week ends."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from console.server.alarms.settings import Address, write_whole
from console.server.monday.letter import Language
from shared.observability.logging import get_logger

log = get_logger(__name__)


class MondaySettings(BaseModel):
    """Nobody gets it without a mailbox. `sent_for` is the Monday of the last week that was told."""

    model_config = ConfigDict(extra="forbid")

    mailbox: Address | None = None
    zone: str = Field("UTC", max_length=64)
    language: Language = "en"
    hour: int = Field(7, ge=0, le=23)
    lost_after_days: int = Field(180, ge=7, le=1_000)
    sent_for: date | None = None

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("write a time zone such as Europe/Berlin")
        return zone


def read_monday(file: Path) -> MondaySettings:
    """What is set; nothing where the file is not there or cannot be understood."""
    try:
        return MondaySettings.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return MondaySettings()
    except ValidationError as error:
        log.error("monday_settings_not_read", faults=error.error_count())
        return MondaySettings()


def write_monday(file: Path, settings: MondaySettings) -> None:
    """These hold from now on."""
    write_whole(file, settings.model_dump_json())
