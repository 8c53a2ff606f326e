"""The sender, the mail server and the allow-list, as people set them in place of the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Security = Literal["starttls", "none"]
What = Literal["sender", "server", "allow-list"]


@dataclass(frozen=True, slots=True)
class SenderIdentity:
    """Who writes."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `password` is sealed: readable only with the installation's key."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = None

    def takes_over(self, before: MailServer | None) -> MailServer:
        """With the password of the server before, when it is the same account there: it goes to no other server."""
        same = before is not None and (before.host, before.port, before.user) == (self.host, self.port, self.user)
        if self.password is not None or before is None or not same or self.security == "none":
            return self
        return MailServer(self.host, self.port, self.security, self.user, before.password)


@dataclass(frozen=True, slots=True)
class AllowList:
    """While it holds, nobody else is written to. Its addresses get test sends also when it does not."""

    patterns: Sequence[str]
    holds: bool


@dataclass(frozen=True, slots=True)
class SendingSettings:
    """What people have set; None where the environment's settings hold."""

    sender: SenderIdentity | None = None
    server: MailServer | None = None
    allow_list: AllowList | None = None
    checked_at: datetime | None = None
    changed_at: datetime | None = None
    changed_by: str | None = None

    @property
    def holds_back(self) -> bool:
        """Whether somebody has said that only the allow-list is written to."""
        return self.allow_list is not None and self.allow_list.holds


@dataclass(frozen=True, slots=True)
class Changed:
    """Who set what, from what to what; without secrets."""

    id: UUID
    at: datetime
    by: str
    what: What
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the check of a mail server, and what it met when it failed."""

    name: Literal["connect", "encrypt", "log-in", "sender"]
    ok: bool
    detail: str | None = None
