"""Retired identifiers lead to somebody new, in what is recorded."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.contracts.customers import IdentifierRetired
from shared.contracts.interactions import (
    Identifier,
)
from shared.customers.identifiers import customer_id_of, fingerprint, normalise
from tests.component.interactions.builders import (
    a_purchase,
    an_email,
    an_event,
)
from tests.component.interactions.conftest import DrivenWorker


@pytest.mark.parametrize("together", [False, True])
async def test_a_retired_identifier_leads_to_somebody_new(worker: DrivenWorker, together: bool) -> None:
    """Would catch an erased person who comes back as their old self; generations only grow."""
    key = worker.settings.installation_key.get_secret_value()
    email = an_email()
    identifier = Identifier(kind="email", value=email)
    mark = fingerprint(key, "email", normalise("email", email))
    retired = [IdentifierRetired(fingerprint=mark, generation=generation) for generation in (2, 1)]
    await worker.deliver(*(an_event(fact, uuid4()) for fact in retired), together=together)
    await worker.send_message(a_purchase(customer={"email": email}))
    await worker.drain()
    new = customer_id_of(key, identifier, 2)
    assert await worker.count(new) == 1
