"""What makes the addresses of servers and neighbours unsafe outside one machine, each fault with its cure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit


def unsafe_database(url: str) -> list[str]:
    """A connection that can be read, or whose server could be anybody."""
    if _parameter(url, "sslmode") == "verify-full":
        return []
    return [
        "DATABASE_URL does not check its server; let it end in ?sslmode=verify-full&sslrootcert=/path/to/ca.pem "
        "(asyncpg and SQLAlchemy both take it from there)"
    ]


def unsafe_redis(url: str) -> list[str]:
    """The same of Redis, and one that anybody may use."""
    problems = []
    parts = urlsplit(url)
    if parts.scheme != "rediss":
        problems.append("REDIS_URL is not encrypted; begin it with rediss:// (?ssl_ca_certs=/path for a CA of yours)")
    if not parts.password:
        problems.append("REDIS_URL has no password; set one at the server, and rediss://user:password@…")
    if _parameter(url, "ssl_cert_reqs") not in (None, "required") or _off(_parameter(url, "ssl_check_hostname")):
        problems.append("REDIS_URL turns the check of its server off; remove ssl_cert_reqs and ssl_check_hostname")
    return problems


def unsafe_broker(protocol: str, *, certificate: bool) -> list[str]:
    """A broker that can be overheard, or that cannot know who speaks."""
    if protocol in ("PLAINTEXT", "SASL_PLAINTEXT"):
        return [
            f"KAFKA_SECURITY_PROTOCOL is {protocol}: topics carry personal data; set SASL_SSL with KAFKA_USER and "
            "KAFKA_PASSWORD, or SSL with KAFKA_CERT_FILE and KAFKA_KEY_FILE"
        ]
    if protocol == "SSL" and not certificate:
        return [
            "KAFKA_SECURITY_PROTOCOL=SSL without a certificate: the broker cannot know this service; set "
            "KAFKA_CERT_FILE and KAFKA_KEY_FILE, or SASL_SSL with KAFKA_USER and KAFKA_PASSWORD"
        ]
    return []


def not_https(urls: Mapping[str, str]) -> list[str]:
    """Neighbours that are called in the clear; the key is the name of the setting."""
    return [
        f"{name} is not https: keys and personal data travel there; set its https:// address "
        "(SSL_CERT_FILE names a CA of yours)"
        for name, url in urls.items()
        if not url.startswith("https://")
    ]


def _parameter(url: str, name: str) -> str | None:
    values = parse_qs(urlsplit(url).query).get(name)
    return values[-1] if values else None


def _off(value: str | None) -> bool:
    return value is not None and value.lower() in ("", "0", "f", "false", "n", "no")
