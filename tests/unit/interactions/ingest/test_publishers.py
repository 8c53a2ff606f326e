"""How far a publisher is believed, over HTTP and on the topic."""

from __future__ import annotations

import pytest

from services.interactions.ingest.domain.publishers import (
    Publisher,
    publisher_at_the_door,
    publisher_on_the_topic,
    read_seal,
    seal,
)
from shared.security.api_keys import Principal

KEY, RECORD = "a key of this test", b'{"publisher":"shop","message":{}}'


@pytest.mark.parametrize("trust", ["server", "browser"])
@pytest.mark.parametrize("reports", [True, False])
def test_the_worker_believes_the_door(trust: str, reports: bool) -> None:
    """Would catch a browser's event that the worker takes for a server's, and the other way round."""
    scopes = {"interactions:write"} | ({"responses:write"} if reports else set())
    caller = Principal("shop", frozenset(scopes), "server" if trust == "server" else "browser")
    publisher = publisher_at_the_door(caller)
    sealed = seal(KEY, publisher, RECORD).decode()
    assert read_seal(KEY, "shop", RECORD, sealed) == publisher
    assert (publisher.trust, publisher.reports) == (trust, reports)


def test_nobody_else_can_make_a_seal() -> None:
    """Would catch whoever writes to the topic and calls itself a server: by its own seal, by that of another record, or
    by a seal whose standing was raised."""
    browser = Publisher("shop", "browser", False)
    sealed = seal(KEY, browser, RECORD).decode()
    forged = seal("another key", Publisher("shop", "server", True), RECORD).decode()
    raised = sealed.replace("browser -", "server reports")
    for other in (None, "", "server reports", forged, raised, "server reports \u00e9"):
        assert read_seal(KEY, "shop", RECORD, other) is None
    assert read_seal(KEY, "shop", RECORD + b" ", sealed) is None


def test_a_name_alone_is_believed_when_the_settings_list_it() -> None:
    """Would catch a publisher on the topic that is trusted for a name that it gave itself."""
    assert publisher_on_the_topic("till", {"till"}) == Publisher("till", "server", True)
    assert publisher_on_the_topic("shop", {"till"}) == Publisher("shop", "browser", False)
