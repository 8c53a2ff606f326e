"""Settings of campaigns."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from shared.config import ServiceSettings
from shared.security.transport import not_https


class Settings(ServiceSettings):
    """What campaigns adds to every service's settings."""

    service: ClassVar[str] = "campaigns"

    customers_url: str = Field("http://127.0.0.1:8010", description="base of customers' API, for contact cards")
    privacy_url: str = Field("http://127.0.0.1:8050", description="base of privacy's API, for permits")
    public_url: str = Field("http://127.0.0.1:8000", description="base of our own app as recipients reach it")
    privacy_public_url: str = Field("http://127.0.0.1:8050", description="base of the unsubscribe page, for recipients")

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 2525
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_start_tls: bool | None = Field(
        None, description="whether to send encrypted only; so when absent and there is a password, or in production"
    )
    smtp_connections: int = Field(20, ge=1, le=100, description="per worker")
    smtp_timeout_s: float = Field(10.0, gt=0, le=60)
    smtp_per_second: float = Field(2_000.0, gt=0, description="pace over all workers")
    dkim_keys_file: Path | None = Field(
        None, description="keys that sign for the sender's domain, the first of each domain; read again when it changes"
    )
    sender_address: str = "news@shop.example.test"
    sender_name: str = "Shop"
    recipient_allow: list[str] = Field(
        ["*@example.test", "*.example.test", "*@example.invalid", "*.invalid"],
        description="patterns of addresses that may be written to; everybody in production",
    )

    default_time_zone: str = Field("UTC", description="of customers whose zone is not known")
    send_batch: int = Field(200, ge=1, le=500, description="messages reserved at once")
    send_lanes: int = Field(2, ge=1, le=8, description="batches in flight per worker: one waits while another sends")
    poll_s: float = Field(0.05, gt=0, description="how often an idle sender looks for due messages")

    @property
    def allowed_recipients(self) -> list[str] | None:
        """The patterns, or None where everybody may be written to."""
        return None if self.profile == "production" else self.recipient_allow

    @property
    def demands_start_tls(self) -> bool:
        """Whether a server that offers no encryption gets neither the password nor a mail."""
        if self.smtp_start_tls is not None:
            return self.smtp_start_tls
        return self.smtp_password is not None or self.profile == "production"

    @model_validator(mode="after")
    def _password_not_in_the_clear(self) -> Self:
        if self.smtp_password is not None and self.smtp_start_tls is False:
            raise ValueError("SMTP_START_TLS=false would send SMTP_PASSWORD in the clear; unset it or set it to true")
        return self

    def unsafe(self) -> list[str]:
        """What must not be so in production."""
        found = super().unsafe() + self.unsafe_links()
        if not self.public_url.startswith("https://") or not self.privacy_public_url.startswith("https://"):
            found.append("PUBLIC_URL and PRIVACY_PUBLIC_URL must be https")
        found += not_https({"CUSTOMERS_URL": self.customers_url, "PRIVACY_URL": self.privacy_url})
        if not self.demands_start_tls:
            found.append("SMTP_START_TLS=false sends mail in the clear; unset it or set it to true")
        if self.sender_address.endswith((".test", ".invalid")):
            found.append("SENDER_ADDRESS is a made-up one")
        return found
