"""Would catch an entry that becomes two messages, and a wait that never ends."""

from __future__ import annotations

from uuid import uuid4

from services.campaigns.messages.domain.ledger import backoff, message_id


def test_the_same_entry_is_the_same_message_and_another_is_another() -> None:
    ids = uuid4(), uuid4(), uuid4()
    assert message_id(*ids, "send", "email") == message_id(*ids, "send", "email")
    assert message_id(*ids, "send", "email") != message_id(*ids, "send", "sms")


def test_backoff_grows_to_a_bound_and_follows_a_scaled_clock() -> None:
    waits = [backoff("provider", attempts, 1.0).total_seconds() for attempts in range(20)]
    assert waits == sorted(waits)
    assert waits[-1] == 300
    assert backoff("privacy-away", 20, 1.0).total_seconds() < 10
    assert backoff("provider", 0, 3600.0) == backoff("provider", 0, 1.0) * 3600
