"""How every Kafka client of a process reaches the broker: addresses, TLS, and who it says it is."""

from __future__ import annotations

import ssl
from typing import Any

from shared.config import ServiceSettings


def connection_of(settings: ServiceSettings) -> dict[str, Any]:
    """The arguments that producers, consumers and admin clients have in common. Raises OSError for files that cannot
    be read or are no certificates."""
    arguments: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_security_protocol in ("SSL", "SASL_SSL"):
        arguments["ssl_context"] = _tls(settings)
    if settings.kafka_security_protocol.startswith("SASL_"):
        assert settings.kafka_password is not None, "the settings refuse SASL without a password"
        arguments |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    return arguments


def _tls(settings: ServiceSettings) -> ssl.SSLContext:
    """Checks the broker's certificate and its name; without a CA file, against those of the system."""
    context = ssl.create_default_context(cafile=settings.kafka_ca_file)
    if settings.kafka_cert_file is not None:
        context.load_cert_chain(settings.kafka_cert_file, settings.kafka_key_file)
    return context
