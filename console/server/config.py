"""Settings of the console's server."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from shared.config import ServiceSettings
from shared.security.transport import not_https

ROOT = Path(__file__).parents[2]
SERVICES = ("customers", "interactions", "analytics", "campaigns", "privacy")


class Settings(ServiceSettings):
    """What the console needs besides host, port and `service_key`, its own key for the five APIs."""

    service: ClassVar[str] = "console"

    # It has no database, no topic, and no callers with keys.
    database_url: str = ""
    kafka_bootstrap: str = ""
    api_keys_file: Path = Path()

    customers_url: str
    interactions_url: str
    analytics_url: str
    campaigns_url: str
    privacy_url: str
    health_urls: dict[str, str] = Field({}, description="JSON: where each process of the services tells its health")
    public_url: str = Field(
        "", description="as browsers reach it (https://crm.example.com); the Host header when empty"
    )
    alarms_folder: Path | None = Field(
        None, description="where alarms and where they go are kept; with health_urls they are looked after"
    )
    smtp_host: str = Field("", description="the mail server for alarms, where the page of alarms names none")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_security: Literal["starttls", "none"] = "starttls"
    users_file: Path = Field(description="local accounts: names, roles and hashes")
    pages: Path = Field(ROOT / "console/web/dist", description="the built pages")
    openapi: Path = Field(ROOT / "docs/openapi", description="the five documents: what may be called at all")
    file_most_mib: int = Field(512, ge=1, le=2048, description="the largest file that is passed on, in MiB")
    session_idle_s: int = Field(8 * 3600, gt=0, description="a session that nobody uses ends after this")
    session_longest_s: int = Field(24 * 3600, gt=0, description="and every session after this")
    oidc_issuer: str = Field("", description="sign-in by this OpenID provider; local accounts only when empty")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_roles_claim: str = Field("roles", description="the claim of the ID token that lists roles of the console")
    oidc_name: str = Field("", description="what the button says, when the issuer's host says too little")

    def url_of(self, service: str) -> str:
        """Base address of a service's API."""
        return str(getattr(self, f"{service}_url"))

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by TLS."""
        return self.public_url.startswith("https://")

    def unsafe(self) -> list[str]:
        """What must not be so in production."""
        faults = super().unsafe()
        if not self.is_secure:
            faults.append("PUBLIC_URL is no https:// address: cookies and passwords would travel in the clear")
        faults += not_https({f"{service.upper()}_URL": self.url_of(service) for service in SERVICES})
        if self.oidc_issuer:
            faults += not_https({"OIDC_ISSUER": self.oidc_issuer})
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            faults.append("OIDC_ISSUER and OIDC_CLIENT_ID belong together; set both or none")
        return faults
