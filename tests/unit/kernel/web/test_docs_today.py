"""The document that an installation shows tells its business time, and its examples lie in it."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from services.crm.documents import document_of
from services.interactions.ingest.service.accepting import read_message
from services.registry import SERVICES
from shared.web.docs_today import WRITTEN_AT, as_of

# As in the demo, and in some year to come.
NOWS = [datetime(2017, 3, 4, 5, 6, 7, 89, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize("now", NOWS)
def test_the_examples_of_events_are_accepted_at_that_time(now: datetime) -> None:
    """Catches a demo that refuses every example of its own pages, and does not say what time it has."""
    document = as_of(orjson.loads(document_of("interactions")), now)
    assert f"{now:%Y-%m-%dT%H:%M:%SZ}" in document["info"]["description"]
    body = document["paths"]["/events"]["post"]["requestBody"]["content"]["application/json"]
    assert len(body["examples"]) >= 6
    for name, example in body["examples"].items():
        message = read_message(orjson.dumps(example["value"]), now, 1.0)
        assert 0 < (now - message.time).total_seconds() < 3600, name


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_else_of_the_document_changes(service: str) -> None:
    """Catches a pattern, a bound or a word that is taken for a time."""
    document = orjson.loads(document_of(service))
    told = as_of(document, WRITTEN_AT)
    assert told["info"].pop("description").startswith(document["info"].pop("description"))
    assert told == document
