"""Where alarms go: set on the console's page, kept in a file that only the console reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from console.server.alarms.board import Way
from console.server.alarms.signing import key_of
from shared.observability.logging import get_logger

log = get_logger(__name__)

Address = Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$", max_length=320)]


class MailServer(BaseModel):
    """The server that takes alarms; another one than that of campaigns is best, so that it can tell of that one."""

    model_config = ConfigDict(extra="forbid")

    host: Annotated[str, StringConstraints(min_length=1, max_length=253, strip_whitespace=True)]
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "none"] = "starttls"
    user: str | None = Field(None, max_length=320)
    password: str | None = Field(None, max_length=1_000)


class AlarmSettings(BaseModel):
    """What somebody has set. A webhook is signed by the rules of Standard Webhooks."""

    model_config = ConfigDict(extra="forbid")

    mailbox: Address | None = None
    sender: Address = "alarms@localhost.invalid"
    server: MailServer | None = None
    webhook_url: str | None = Field(None, max_length=2_000)
    webhook_secret: str | None = Field(None, max_length=200)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.webhook_url is None:
            return self
        parts = urlsplit(self.webhook_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError("webhook_url: write https://host/path")
        try:
            key_of(self.webhook_secret or "")
        except ValueError as error:
            raise ValueError(f"webhook_secret: whsec_ and 24 to 64 bytes in base64; {error}") from error
        return self

    def ways(self, fallback: MailServer | None) -> list[Way]:
        """By which ways alarms go."""
        mail: list[Way] = ["mail"] if self.mailbox and (self.server or fallback) else []
        return [*mail, "webhook"] if self.webhook_url else mail

    def takes_over(self, before: AlarmSettings) -> AlarmSettings:
        """With the secrets of before where none are given: the page never shows them. A password goes to no other
        server."""
        changes: dict[str, object] = {}
        if self.server is not None and self.server.password is None and before.server is not None:
            same = (before.server.host, before.server.user) == (self.server.host, self.server.user)
            if same:
                changes["server"] = self.server.model_copy(update={"password": before.server.password})
        return self.model_copy(update=changes)


def read_settings(file: Path) -> AlarmSettings:
    """What is set; nothing where the file is not there or cannot be understood."""
    try:
        return AlarmSettings.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return AlarmSettings()
    except ValidationError as error:
        log.error("alarm_settings_not_read", faults=error.error_count())
        return AlarmSettings()


def write_whole(file: Path, content: str) -> None:
    """The file, readable by its owner, whole or not at all."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.touch(mode=0o600)
    with fresh.open("w") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    fresh.replace(file)
