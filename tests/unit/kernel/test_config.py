"""Settings: secrets that come as files, and what production refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.campaigns.config import Settings as Campaigns
from services.interactions.config import Settings as Interactions
from shared.config import ServiceSettings
from shared.security.api_keys import BadKeyFile
from tests.component.kernel.doors import DoorSettings, create


def _settings() -> ServiceSettings:
    return ServiceSettings(database_url="", kafka_bootstrap="", redis_url="", api_keys_file=Path())


def test_a_secret_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a container that runs with the default key which everybody knows."""
    (tmp_path / "service_key").write_text("from a file\n")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    assert _settings().service_key.get_secret_value() == "from a file"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an operator's setting that has no effect."""
    (tmp_path / "service_key").write_text("from a file")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("SERVICE_KEY", "from the environment")
    assert _settings().service_key.get_secret_value() == "from the environment"


def test_without_a_folder_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a folder that is required."""
    monkeypatch.delenv("SECRETS_DIR", raising=False)
    assert _settings().service_key.get_secret_value()


_DATABASE = "postgresql://customers:secret@db.internal:5432/customers"
SAFE: dict[str, Any] = {
    "profile": "production",
    "installation_key": "i" * 32,
    "service_key": "s" * 32,
    "database_url": f"{_DATABASE}?sslmode=verify-full&sslrootcert=/etc/crm/ca.pem",
    "kafka_bootstrap": "kafka.internal:9093",
    "kafka_security_protocol": "SASL_SSL",
    "kafka_user": "customers",
    "kafka_password": "secret",
    "redis_url": "rediss://customers:secret@redis.internal:6380/0?ssl_ca_certs=/etc/crm/ca.pem",
}


def settings(folder: Path, **given: Any) -> DoorSettings:
    file: dict[str, Any] = {"api_keys_file": folder / "keys.json"}
    return DoorSettings(**SAFE | file | given)


def test_production_with_its_own_keys_and_encrypted_servers_is_fine(tmp_path: Path) -> None:
    """Catches a demand that cannot be met."""
    settings(tmp_path)
    certified = {"kafka_cert_file": tmp_path / "a.pem", "kafka_key_file": tmp_path / "b.pem"}
    settings(tmp_path, kafka_security_protocol="SSL", kafka_user=None, kafka_password=None, **certified)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"installation_key": "short"}, "INSTALLATION_KEY"),
        ({"installation_key": "local-installation-key-do-not-use-elsewhere"}, "INSTALLATION_KEY"),
        ({"service_key": "local-service-key"}, "SERVICE_KEY"),
        ({"clock_file": "clock.json"}, "CLOCK_FILE"),
        ({"cors_origins": ["*"]}, "CORS_ORIGINS"),
        ({"database_url": _DATABASE}, "DATABASE_URL.*sslmode=verify-full"),
        ({"database_url": f"{_DATABASE}?sslmode=require"}, "DATABASE_URL.*sslmode=verify-full"),
        ({"kafka_security_protocol": "PLAINTEXT"}, "KAFKA_SECURITY_PROTOCOL is PLAINTEXT.*SASL_SSL"),
        ({"kafka_security_protocol": "SASL_PLAINTEXT"}, "KAFKA_SECURITY_PROTOCOL is SASL_PLAINTEXT.*SASL_SSL"),
        ({"kafka_security_protocol": "SSL"}, "KAFKA_CERT_FILE"),
        ({"redis_url": "redis://:secret@redis.internal:6379/0"}, "REDIS_URL is not encrypted"),
        ({"redis_url": "rediss://redis.internal:6380/0"}, "REDIS_URL has no password"),
        ({"redis_url": "rediss://:secret@redis.internal/0?ssl_cert_reqs=none"}, "REDIS_URL turns the check"),
        ({"redis_url": "rediss://:secret@redis.internal/0?ssl_check_hostname=false"}, "REDIS_URL turns the check"),
    ],
)
def test_production_refuses_unsafe_settings_and_the_laptop_takes_them(
    tmp_path: Path, given: dict[str, Any], named: str
) -> None:
    """Catches a door left open that nobody is told of; the text says what to set."""
    with pytest.raises(ValidationError, match=named):
        settings(tmp_path, **given)
    settings(tmp_path, **given, profile="local")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"kafka_security_protocol": "SASL_SSL", "kafka_user": None}, "KAFKA_USER"),
        ({"kafka_security_protocol": "SASL_SSL", "kafka_password": None}, "KAFKA_PASSWORD"),
        ({"kafka_cert_file": "a.pem"}, "KAFKA_KEY_FILE"),
    ],
)
def test_half_a_login_is_refused_everywhere(tmp_path: Path, given: dict[str, Any], named: str) -> None:
    """Catches a process that starts and then asks a broker in vain for ever."""
    with pytest.raises(ValidationError, match=named):
        settings(tmp_path, **given, profile="local")


def campaigns(**given: Any) -> Campaigns:
    urls: dict[str, Any] = {
        f"{name}_url": f"https://{name}.internal" for name in ("customers", "privacy", "public", "privacy_public")
    }
    more: dict[str, Any] = {"link_keys": "1:" + "l" * 32, "api_keys_file": Path(), "sender_address": "news@example.com"}
    return Campaigns(**SAFE | urls | more | given)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"customers_url": "http://customers.internal"}, "CUSTOMERS_URL"),
        ({"privacy_url": "http://privacy.internal"}, "PRIVACY_URL"),
        ({"smtp_start_tls": False}, "SMTP_START_TLS"),
        ({"link_keys": ""}, "LINK_KEYS"),
        ({"link_keys": "1:short"}, "LINK_KEYS"),
    ],
)
def test_campaigns_in_production_hides_what_it_says_and_signs_with_its_own_keys(
    given: dict[str, Any], named: str
) -> None:
    """Catches contact cards, permits and mails on a wire that others read; links under the key of ids."""
    assert campaigns().demands_start_tls
    with pytest.raises(ValidationError, match=named):
        campaigns(**given)


def test_names_without_proof_are_not_believed_in_production() -> None:
    """Catches whoever reaches the broker and calls itself a till; a topic of its own proves who writes."""
    file: dict[str, Any] = {"api_keys_file": Path()}
    assert [topic.name for topic in Interactions(**SAFE | file | {"publisher_topics": ["tills"]}).own_topics] == [
        "interactions-inbound-tills"
    ]
    with pytest.raises(ValidationError, match=r"TRUSTED_PUBLISHERS.*PUBLISHER_TOPICS"):
        Interactions(**SAFE | file | {"trusted_publishers": ["tills"]})


def test_a_mail_password_is_never_sent_in_the_clear() -> None:
    """Catches STARTTLS that a man in the middle talks the client out of, on a laptop too."""
    assert not campaigns(profile="local").demands_start_tls
    assert campaigns(profile="local", smtp_password="secret").demands_start_tls
    with pytest.raises(ValidationError, match="SMTP_START_TLS"):
        campaigns(profile="local", smtp_password="secret", smtp_start_tls=False)


def test_a_refusal_shows_no_secret(tmp_path: Path) -> None:
    """Catches passwords in the log of a process that does not start."""
    with pytest.raises(ValidationError) as refused:
        settings(
            tmp_path, kafka_cert_file="a.pem", kafka_password="hush-kafka", database_url="postgresql://u:hush-db@h/d"
        )
    assert "hush" not in str(refused.value)


async def test_production_does_not_start_with_an_empty_key_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("[]")
    app = create(settings(tmp_path))
    with pytest.raises(BadKeyFile, match="empty"):
        async with app.router.lifespan_context(app):
            pass
