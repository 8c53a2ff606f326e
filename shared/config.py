"""Settings of every process; the only module of the kernel that reads environment variables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, IPvAnyNetwork, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from shared.contracts.topics import Topic
from shared.customers.traces import Naming
from shared.security.link_keys import LinkKeys, read_link_keys
from shared.security.transport import unsafe_broker, unsafe_database, unsafe_redis

# Known to everybody who reads this file: good enough on a laptop, refused in production.
LOCAL_INSTALLATION_KEY = "local-installation-key-do-not-use-elsewhere"
LOCAL_SERVICE_KEY = "local-service-key"
_SHORTEST_SECRET = 32


class ServiceSettings(BaseSettings):
    """What every app and worker needs. Each service's `Settings` names its `service` and adds its own fields.

    The names of environment variables are the fields' names in capitals (DATABASE_URL, PORT …). In containers a secret
    may come as a file instead, named like its field (service_key), in the folder that SECRETS_DIR names.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    service: ClassVar[str] = ""

    database_url: str = Field(
        description="postgresql://user:password@host:port/database, and ?sslmode=verify-full&sslrootcert=/path"
    )
    kafka_bootstrap: str = Field(description="host:port, or several with commas")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_ca_file: Path | None = Field(None, description="PEM; the system's authorities when absent")
    kafka_cert_file: Path | None = Field(None, description="PEM; who this service is, for brokers that ask by TLS")
    kafka_key_file: Path | None = Field(None, description="PEM; the key of that certificate")
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    redis_url: str = Field(description="redis://… or rediss://… (with ?ssl_ca_certs=/path for a CA of yours)")
    topic_prefix: str = Field("", description="put before every topic and group on the wire, for shared brokers")
    host: str = "127.0.0.1"
    port: int = Field(8000, description="the app's HTTP port")
    worker_port: int = Field(8001, description="the worker's health and metrics")
    health_port: int = Field(8002, description="the app's health and metrics: a listener of its own, not for strangers")
    api_keys_file: Path
    service_key: SecretStr = Field(SecretStr(LOCAL_SERVICE_KEY), description="own key for calls to other services")
    installation_key: SecretStr = Field(
        SecretStr(LOCAL_INSTALLATION_KEY), description="key of derived ids and hashes; never rotated"
    )
    link_keys: SecretStr = Field(
        SecretStr(""),
        description="number:secret, comma, … of the links in mails; the first signs, all verify, and so does the "
        "installation key for links of before",
    )
    clock_file: Path | None = Field(None, description="a scaled business clock, for demos and simulations")
    journal_folder: Path | None = Field(
        None, description="where refusals, erasures and hand-overs are also written, for a restore; another disk's"
    )
    profile: Literal["local", "production"] = "local"
    heartbeat_file: Path | None = Field(None, description="touched every second; the supervisor looks at its age")
    log_level: str = "INFO"
    base_currency: str = Field("USD", pattern="^[A-Z]{3}$")
    phone_region: str = Field(
        "",
        pattern="^([A-Z]{2})?$",
        description="country (ISO 3166, such as DE) of phone numbers without one; the same for every service",
    )
    cors_origins: list[str] = Field([], description="origins of browsers that may call the app")
    requests_per_second: float = Field(
        2_000.0, gt=0, description="per API key over all processes of the service; the bucket holds ten seconds of it"
    )
    public_requests_per_second: float = Field(
        100.0, gt=0, description="the same per client address, for routes without a key. Mail providers ask from few"
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        [], description="networks whose X-Forwarded-For is believed; their connections are not counted per address"
    )
    most_connections: int = Field(2_000, ge=10, description="of the app's port; beyond it the slowest client goes")
    most_connections_per_address: int = Field(256, ge=1, description="the same for one client address")
    head_timeout_s: float = Field(10.0, gt=0, description="within which a request's head must be complete")
    body_timeout_s: float = Field(10.0, gt=0, description="the longest pause within a request's body")
    longest_body_s: float = Field(30.0, gt=0, description="within which a whole body must have come")
    most_body_bytes: int = Field(
        64 * 1024 * 1024, gt=0, description="of large bodies held at once; as Python objects they take ten times that"
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        None, description="base of an OpenTelemetry collector (OTLP over HTTP); without it no spans are recorded"
    )
    trace_share: float = Field(1.0, ge=0, le=1, description="of the traces that begin here")
    answer_timeout_s: float = Field(30.0, gt=0, description="within which a client must read on")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments go before the environment, and that before files of secrets."""
        secrets = SecretsSettingsSource(settings_cls, secrets_dir=os.getenv("SECRETS_DIR"))
        return init_settings, env_settings, secrets

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kafka_security_protocol.startswith("SASL_") and not (self.kafka_user and self.kafka_password):
            raise ValueError(f"KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol} needs KAFKA_USER, KAFKA_PASSWORD")
        if (self.kafka_cert_file is None) != (self.kafka_key_file is None):
            raise ValueError("KAFKA_CERT_FILE and KAFKA_KEY_FILE belong together; set both or none")
        self.signing_keys()
        return self

    @property
    def naming(self) -> Naming:
        """How customers' identifiers are known where they must not be stored."""
        return Naming(self.installation_key.get_secret_value(), self.phone_region)

    def signing_keys(self) -> LinkKeys:
        """The keys of links, as `link_keys` lists them."""
        return read_link_keys(self.link_keys.get_secret_value(), self.installation_key.get_secret_value())

    def unsafe_links(self) -> list[str]:
        """For services that sign links or read them: why their keys are not good enough in production."""
        keys = self.signing_keys()
        if keys.current and all(len(key) >= _SHORTEST_SECRET for number, key in keys.keys.items() if number):
            return []
        return [
            f"LINK_KEYS is not set or has a short one; set 1:<{_SHORTEST_SECRET} random ones> for campaigns and privacy"
        ]

    @model_validator(mode="after")
    def _refuse_unsafe_defaults(self) -> Self:
        if self.profile == "production" and (unsafe := self.unsafe()):
            raise ValueError("unsafe in production: " + "; ".join(unsafe))
        return self

    @property
    def own_topics(self) -> tuple[Topic, ...]:
        """Topics that these settings ask for, besides those of every installation."""
        return ()

    def unsafe(self) -> list[str]:
        """What must not be so in production, each with its cure. A service adds its own by overriding this."""
        problems = []
        installation, service = self.installation_key.get_secret_value(), self.service_key.get_secret_value()
        if installation == LOCAL_INSTALLATION_KEY or len(installation) < _SHORTEST_SECRET:
            problems.append(f"INSTALLATION_KEY is a default or short; set a random one of {_SHORTEST_SECRET} or more")
        if service == LOCAL_SERVICE_KEY or len(service) < _SHORTEST_SECRET:
            problems.append(f"SERVICE_KEY is a default or short; set a random one of {_SHORTEST_SECRET} or more")
        if self.clock_file is not None:
            problems.append("CLOCK_FILE scales business time; unset it")
        if "*" in self.cors_origins:
            problems.append("CORS_ORIGINS allows every origin; list the ones that publish from a browser")
        # Who has no database or topics (the console) leaves them empty.
        if self.database_url:
            problems += unsafe_database(self.database_url)
        if self.kafka_bootstrap:
            problems += unsafe_broker(self.kafka_security_protocol, certificate=self.kafka_cert_file is not None)
        return problems + unsafe_redis(self.redis_url)
