"""The rights on the broker, made from the list of topics."""

from __future__ import annotations

import importlib

import pytest

from deploy.kafka.acls import SERVICES, acls, script
from shared.contracts.topics import ON_THE_BROKER


def test_every_topic_is_written_and_read_by_whom_the_contracts_name() -> None:
    """Catches a topic that is added and that nobody may use, and a right that no contract asks for."""
    rights = {
        (right.who, name, right.operations[0]) for right in acls("x-") if right.kind == "topic" for name in right.names
    }
    wanted = {(service, f"x-{topic.name}", "Write") for topic in ON_THE_BROKER for service in topic.producers}
    wanted |= {(service, f"x-{topic.name}", "Read") for topic in ON_THE_BROKER for service in topic.consumers}
    own = {(service, f"x-{service}-events", "Read") for service in SERVICES}
    assert rights == wanted | own


@pytest.mark.parametrize("service", SERVICES)
def test_every_consumer_group_begins_with_its_services_name(service: str) -> None:
    """Catches a group that its service may not join: rights on groups are given by that beginning."""
    consumers = importlib.import_module(f"services.{service}.capabilities").CONSUMERS
    assert all(group.startswith(service) for group in consumers)


def test_a_publisher_may_write_to_its_own_topic_only() -> None:
    """Catches a till that could write what services say."""
    readers = [right.who for right in acls(publishers=["tills"]) if "interactions-inbound-tills" in right.names]
    assert readers == ["interactions", "tills"]
    (right,) = [right for right in acls(publishers=["tills"]) if right.who == "tills"]
    assert right.arguments("User:CN={}") == [
        "--add", "--allow-principal", "User:CN=tills", "--operation", "Write", "--operation", "Describe",
        "--topic", "interactions-inbound-tills",
    ]  # fmt: skip


def test_the_script_is_a_command_for_each_right_and_stops_at_a_failure() -> None:
    """Catches a script that goes on after a right was refused, and leaves half of them out."""
    rights = acls()
    lines = script(rights, "kafka-acls.sh --bootstrap-server k:9093", "User:{}").splitlines()
    assert lines[:2] == ["#!/bin/sh", "set -e"]
    assert len(lines) == 2 + len(rights)
    assert all(line.startswith("kafka-acls.sh --bootstrap-server k:9093 --add") for line in lines[2:])
