"""Which groups must have read everything."""

from __future__ import annotations

from importlib import import_module

from deploy.demo.drained import GROUPS
from deploy.local.installation import SERVICES
from shared.contracts.topics import TOPICS


def test_every_group_that_reads_events_is_waited_for() -> None:
    """Catches a consumer that was added, or reads one topic more, while the demonstration waits for the others."""
    known = {"interactions-inbound": {"interactions-inbound"}}
    for service in SERVICES:
        consumers = import_module(f"services.{service}.capabilities").CONSUMERS
        known |= {group: set(topics) for group, topics in consumers.items()}
    assert {group: set(topics) for group, topics in GROUPS.items()} == known
    read = set().union(*GROUPS.values())
    wanted = {topic.name for topic in TOPICS.values() if topic.consumers}
    assert read == {name for name in wanted if not name.endswith("-restate")}
