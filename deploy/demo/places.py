"""Where everything is: the addresses, keys and files of a running installation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiokafka import AIOKafkaProducer

from deploy.local.databases import administrators_address
from deploy.local.hosting import Hosting
from deploy.local.installation import SERVICES
from deploy.local.preparing import CLOCK, remember_clock
from shared.clock import Clock, ScaledClock
from shared.config import ServiceSettings
from shared.kafka.clients import make_producer


class _TillSettings(ServiceSettings):
    service = "tills"


@dataclass(frozen=True)
class Places:
    """What the publishers, the audience and the checker need to know, and no more."""

    urls: Mapping[str, str]
    shown_urls: Mapping[str, str]
    """The same as people reach them."""
    keys: Mapping[str, str]
    databases: Mapping[str, str]
    kafka: str
    topic_prefix: str
    clock: Clock
    mails: Path
    inbox_page: str
    remember_clock: Callable[[float], None]
    redis: str = ""
    console_page: str | None = None

    @property
    def kafka_settings(self) -> ServiceSettings:
        """Settings for clients of the broker, such as the tills'."""
        return _TillSettings(
            database_url="", redis_url="", api_keys_file=Path(), kafka_bootstrap=self.kafka,
            topic_prefix=self.topic_prefix,
        )  # fmt: skip

    def producer(self) -> AIOKafkaProducer:
        """The tills' own idempotent producer."""
        return make_producer(self.kafka_settings)


def of_hosting(hosting: Hosting) -> Places:
    """An installation on this machine, which is started."""
    installation = hosting.start()
    assert installation.clock_file is not None, "the demonstration needs a business clock"
    urls = {service: installation.url(service) for service in SERVICES}
    return Places(
        urls=urls,
        shown_urls=urls,
        keys=installation.keys,
        databases={service: installation.database_url(service) for service in SERVICES},
        kafka=installation.dsns.kafka,
        topic_prefix=installation.plan.topic_prefix,
        clock=ScaledClock(installation.clock_file),
        mails=hosting.mails,
        inbox_page=hosting.inbox_page,
        remember_clock=installation.save_clock,
        redis=installation.dsns.redis,
        console_page=hosting.console_page,
    )


def of_environment(environment: Mapping[str, str]) -> Places:
    """An installation in containers: CUSTOMERS_URL …, KAFKA_BOOTSTRAP, STATE, COMMON, INBOX."""
    state, common = Path(environment["STATE"]), Path(environment["COMMON"])
    postgres = (state / "postgres_dsn").read_text()

    urls = {service: environment[f"{service.upper()}_URL"] for service in SERVICES}
    return Places(
        urls=urls,
        shown_urls={service: environment.get(f"{service.upper()}_SHOWN_URL", url) for service, url in urls.items()},
        keys=json.loads((state / "secrets.json").read_text()),
        databases={service: administrators_address(postgres, service) for service in SERVICES},
        kafka=environment["KAFKA_BOOTSTRAP"],
        topic_prefix="",
        clock=ScaledClock(common / CLOCK),
        mails=Path(environment["INBOX"]),
        inbox_page=environment.get("INBOX_PAGE", "http://127.0.0.1:8025"),
        remember_clock=partial(remember_clock, common),
        redis=(state / "redis_dsn").read_text(),
        console_page=environment.get("CONSOLE_PAGE"),
    )
