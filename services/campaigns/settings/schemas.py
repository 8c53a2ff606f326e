"""Settings about sending over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.campaigns.config import Settings
from services.campaigns.settings.domain import (
    AllowList,
    Changed,
    MailServer,
    Security,
    SenderIdentity,
    SendingSettings,
    Step,
    What,
)
from services.campaigns.settings.service import allowed_recipients, merged
from services.campaigns.settings.service import test_recipients as tests_go_to
from shared.web.models import AnswerModel, StrictModel

_LINE = r"^[^\x00-\x1f\x7f]*$"
Address = Annotated[
    str,
    StringConstraints(min_length=3, max_length=320, pattern=r"^[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\".]+$"),
]
Pattern = Annotated[str, StringConstraints(min_length=3, max_length=320, pattern=r"^[^\s<>,;\x00-\x1f\x7f]+$")]
Host = Annotated[str, StringConstraints(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9._:-]+$")]


class SenderIn(StrictModel):
    """Who writes."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_LINE, strip_whitespace=True)] = Field(
        description="as recipients see it"
    )
    address: Address = Field(description="your mail server must be allowed to send for its domain")


class ServerIn(StrictModel):
    """Where mail is handed over."""

    host: Host = Field(description="name or address of the SMTP server")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(587, description="587 as a rule")
    security: Security = Field("starttls", description="starttls: encrypted or not at all; none: for trying out only")
    user: Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=_LINE)] | None = Field(
        None, description="the account there"
    )
    password: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=_LINE)] | None = Field(
        None, description="kept encrypted and never shown; left out, the one of the same account is kept"
    )

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.password is not None and self.security == "none":
            raise ValueError("a password needs security: starttls")
        return self


class SendingIn(StrictModel):
    """What is left out stays as it is; null takes what the environment says."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sender": {"name": "Fruit shop", "address": "news@shop.example.test"},
                    "server": {"host": "127.0.0.1", "port": 2525, "security": "none"},
                }
            ]
        }
    )

    sender: SenderIn | None = Field(None, description="who writes")
    server: ServerIn | None = Field(None, description="the mail server")

    def identity(self) -> SenderIdentity | None:
        """The sender of the body."""
        return None if self.sender is None else SenderIdentity(self.sender.name, self.sender.address)

    def mail_server(self) -> MailServer | None:
        """The server of the body."""
        if self.server is None:
            return None
        return MailServer(
            self.server.host, self.server.port, self.server.security, self.server.user, self.server.password
        )


class SenderNow(AnswerModel):
    """Who writes."""

    name: str = Field(description="as recipients see it")
    address: str = Field(description="from which mail comes")
    set_by: Literal["people", "environment"] = Field(description="where it comes from")


class ServerNow(AnswerModel):
    """Where mail is handed over."""

    host: str = Field(description="name or address")
    port: int = Field(description="port")
    security: Security = Field(description="starttls: encrypted or not at all")
    user: str | None = Field(description="the account there")
    password_set: bool = Field(description="whether there is a password; it is never shown")
    set_by: Literal["people", "environment"] = Field(description="where it comes from")


class SendingOut(AnswerModel):
    """What holds now."""

    sender: SenderNow = Field(description="who writes")
    server: ServerNow = Field(description="the mail server")
    checked_at: datetime | None = Field(description="when this server last took this sender in a check")
    changed_at: datetime | None = Field(description="when somebody last changed a setting")
    changed_by: str | None = Field(description="who did")

    @classmethod
    def of(cls, settings: Settings, kept: SendingSettings) -> Self:
        """The answer that shows what holds."""
        now = merged(settings, kept)
        return cls(
            sender=SenderNow(
                name=now.sender_name,
                address=now.sender_address,
                set_by="environment" if kept.sender is None else "people",
            ),
            server=ServerNow(
                host=now.smtp_host,
                port=now.smtp_port,
                security="starttls" if now.demands_start_tls else "none",
                user=now.smtp_user,
                password_set=now.smtp_password is not None,
                set_by="environment" if kept.server is None else "people",
            ),
            checked_at=kept.checked_at,
            changed_at=kept.changed_at,
            changed_by=kept.changed_by,
        )


class StepOut(AnswerModel):
    """One step of the check."""

    step: Literal["connect", "encrypt", "log-in", "sender"] = Field(description="what was tried")
    ok: bool = Field(description="whether it went well")
    detail: str | None = Field(description="the kind of failure, or the server's code")


class CheckOut(AnswerModel):
    """What the mail server answered. Nothing was sent."""

    ok: bool = Field(description="it takes mail of this sender")
    steps: list[StepOut] = Field(description="in their order, up to the first that failed")

    @classmethod
    def of(cls, steps: list[Step]) -> Self:
        """The answer that shows these steps."""
        return cls(
            ok=all(step.ok for step in steps),
            steps=[StepOut(step=step.name, ok=step.ok, detail=step.detail) for step in steps],
        )


class AllowListIn(StrictModel):
    """Who alone is written to for now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"patterns": ["ada@shop.example.test", "*@example.test"], "holds": True}]}
    )

    patterns: Annotated[list[Pattern], Field(max_length=200, description="addresses, or *@example.com")]
    holds: bool = Field(description="true: nobody else is written to; false: everybody whom the gate lets pass")
    recipients: Annotated[int, Field(ge=0)] | None = Field(
        None, description="to lift it: how many may be written to then, as `mailable` says"
    )

    def allow_list(self) -> AllowList:
        """The list of the body."""
        return AllowList(tuple(dict.fromkeys(self.patterns)), self.holds)


class AllowListOut(AnswerModel):
    """Who is written to for now."""

    patterns: list[str] = Field(description="addresses that get test sends, and all others while the list holds")
    holds: bool = Field(description="nobody else is written to")
    set_by: Literal["people", "environment"] = Field(
        description="where it comes from; the environment's stops no start"
    )
    mailable: int = Field(description="customers who permit anything by e-mail; the gate decides about each message")

    @classmethod
    def of(cls, settings: Settings, kept: SendingSettings, mailable: int) -> Self:
        """The answer that shows the list."""
        return cls(
            patterns=list(tests_go_to(settings, kept.allow_list)),
            holds=allowed_recipients(settings, kept.allow_list) is not None,
            set_by="environment" if kept.allow_list is None else "people",
            mailable=mailable,
        )


class ChangeOut(AnswerModel):
    """Who set what."""

    id: UUID = Field(description="the change")
    at: datetime = Field(description="when")
    by: str = Field(description="whose key")
    what: What = Field(description="sender, server or allow-list")
    before: dict[str, Any] | None = Field(description="what was set before; null: the environment's")
    after: dict[str, Any] | None = Field(description="what is set since; no secrets")

    @classmethod
    def of(cls, change: Changed) -> Self:
        """The answer that shows it."""
        return cls(**{name: getattr(change, name) for name in cls.model_fields})
