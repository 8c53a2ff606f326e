"""Command line: `python -m deploy.kafka.acls` prints a shell script that lets each service, and each publisher with a
topic of its own, do on the broker what it must and nothing else. Made from `shared.contracts.topics`.

Harmless when run again. Topics are made by `crm migrate` under an administrator's login: services may not create any.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.contracts.topics import ON_THE_BROKER, publisher_topic

SERVICES = ("customers", "interactions", "analytics", "campaigns", "privacy")
_WRITE, _READ = ("Write", "Describe"), ("Read", "Describe")


@dataclass(frozen=True, slots=True)
class Acl:
    """`who` may `operations` on these topics, or on the consumer groups whose names begin so."""

    who: str
    kind: str
    names: tuple[str, ...]
    operations: tuple[str, ...]

    def arguments(self, principal: str = "User:{}") -> list[str]:
        """As arguments of Kafka's kafka-acls.sh; `principal` says how the broker calls who logs in."""
        allowed = ["--allow-principal", principal.format(self.who)]
        operations = [word for operation in self.operations for word in ("--operation", operation)]
        names = [word for name in self.names for word in (f"--{self.kind}", name)]
        pattern = ["--resource-pattern-type", "prefixed"] if self.kind == "group" else []
        return ["--add", *allowed, *operations, *names, *pattern]


def acls(prefix: str = "", publishers: Sequence[str] = ()) -> list[Acl]:
    """All rights of an installation whose topics and groups begin with `prefix`."""
    own = [publisher_topic(name) for name in publishers]
    rights = []
    for service in SERVICES:
        written = [topic.name for topic in ON_THE_BROKER if service in topic.producers]
        # Campaigns reads its own topic after a restore, to see what it had handed over.
        read = [topic.name for topic in (*ON_THE_BROKER, *own)
                if service in topic.consumers or topic.name == f"{service}-events"]  # fmt: skip
        rights.append(Acl(service, "topic", _named(prefix, written), _WRITE))
        rights.append(Acl(service, "topic", _named(prefix, read), _READ))
        rights.append(Acl(service, "group", (prefix + service,), _READ))
    return rights + [
        Acl(name, "topic", (prefix + topic.name,), _WRITE) for name, topic in zip(publishers, own, strict=True)
    ]


def _named(prefix: str, topics: Iterable[str]) -> tuple[str, ...]:
    return tuple(prefix + topic for topic in topics)


def script(rights: Sequence[Acl], command: str, principal: str) -> str:
    """The commands, one a line, for a shell that stops at the first failure."""
    lines = [f"{command} {shlex.join(right.arguments(principal))}" for right in rights]
    return "\n".join(["#!/bin/sh", "set -e", *lines, ""])


def main() -> None:
    """Print it."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.acls", description=__doc__)
    parser.add_argument("--prefix", default="", help="TOPIC_PREFIX of the installation")
    parser.add_argument("--publisher", action="append", default=[], help="one of PUBLISHER_TOPICS; may come again")
    parser.add_argument("--principal", default="User:{}", help="for certificates e.g. 'User:CN={},O=Shop'")
    parser.add_argument(
        "--command", default="kafka-acls.sh --bootstrap-server $KAFKA_BOOTSTRAP --command-config admin.properties"
    )
    asked = parser.parse_args()
    print(script(acls(asked.prefix, asked.publisher), asked.command, asked.principal), end="")


if __name__ == "__main__":
    main()
