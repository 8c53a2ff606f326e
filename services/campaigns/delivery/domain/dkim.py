"""What a domain's DNS tells about its DKIM keys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public RSA key in base64, as it is published."""

    domain: str
    selector: str
    base64: str

    @property
    def name(self) -> str:
        """The name of the TXT record."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The text of the TXT record."""
        return f"v=DKIM1; k=rsa; p={self.base64}"
