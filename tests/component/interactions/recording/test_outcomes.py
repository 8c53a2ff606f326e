"""Events of other services that are recorded: exposures and responses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.envelope import Origin
from shared.contracts.interactions import (
    ExposureRecorded,
    ResponseRecorded,
)
from shared.contracts.privacy import ConsentChanged
from tests.component.interactions.builders import (
    a_settled_message,
    an_event,
)
from tests.component.interactions.conftest import DrivenWorker


async def test_a_message_handed_over_is_an_exposure(worker: DrivenWorker) -> None:
    """Would catch a missing cause or trace, and a second exposure for an event that comes twice."""
    customer = uuid4()
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    event = replace(an_event(a_settled_message(), customer), traceparent=trace)
    await worker.deliver(event, event)
    (emitted,) = await worker.emitted(customer, ExposureRecorded)
    assert emitted.cause == event.id
    assert emitted.data.message_id == event.data.message_id
    assert emitted.origin == Origin.LIVE
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in str(emitted.traceparent)


async def test_only_what_was_handed_over_was_seen(worker: DrivenWorker) -> None:
    """Would catch refusals and failures counted as exposures."""
    customer = uuid4()
    for outcome in ("refused", "failed", "unknown"):
        await worker.deliver(an_event(a_settled_message(outcome=outcome, reason="cap"), customer))
    assert await worker.emitted(customer) == []


async def test_a_bounce_is_a_response(worker: DrivenWorker) -> None:
    """Would catch a dead address that nobody learns of."""
    customer = uuid4()
    bounced = a_settled_message(outcome="failed", bounced=True, reason="no such mailbox")
    await worker.deliver(an_event(bounced, customer))
    (emitted,) = await worker.emitted(customer)
    assert isinstance(emitted.data, ResponseRecorded)
    assert emitted.data.kind == "bounced"


@pytest.mark.parametrize(("via", "responses"), [("one_click", 1), ("page", 1), ("api", 0), ("complaint", 0), (None, 0)])
async def test_a_withdrawal_by_the_person_is_a_response(worker: DrivenWorker, via: Any, responses: int) -> None:
    """Would catch an unsubscribe that no report shows."""
    customer = uuid4()
    consent = ConsentChanged(
        consent_id=uuid4(),
        purpose="marketing",
        channel="email",
        state="denied",
        withdrawn_via=via,
        campaign_id=uuid4(),
        message_id=uuid4(),
    )
    await worker.deliver(an_event(consent, customer))
    emitted = await worker.emitted(customer, ResponseRecorded)
    assert [response.data.kind for response in emitted] == ["unsubscribed"] * responses


async def test_an_old_outcome_is_history(worker: DrivenWorker) -> None:
    """Would catch a rebuilt topic that triggers campaigns."""
    customer = uuid4()
    event = an_event(a_settled_message(), customer)
    await worker.deliver(replace(event, time=event.time - timedelta(days=2)))
    (emitted,) = await worker.emitted(customer)
    assert emitted.origin == Origin.HISTORY
