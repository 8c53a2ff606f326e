"""Identifiers: two spellings are one, what can be none is refused."""

from __future__ import annotations

import pytest

from services.customers.identifiers.domain import UnusableIdentifier, read_identifier


def test_two_spellings_of_an_email_are_one_and_two_storefronts_ids_are_two() -> None:
    first, second = (read_identifier("k" * 32, "email", text) for text in (" Ada@Example.test ", "ada@example.test"))
    assert first.fingerprint == second.fingerprint
    web, till = (read_identifier("k" * 32, "external_id", "7", source) for source in ("web", "till"))
    assert web.fingerprint != till.fingerprint


@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", "ada"), ("email", "a@b@c"), ("phone", "+-"), ("external_id", "7"), ("card", " "), ("card", "a\x00b")],
)
def test_what_can_be_no_identifier_is_refused(kind: str, value: str) -> None:
    with pytest.raises(UnusableIdentifier):
        read_identifier("k" * 32, kind, value)  # type: ignore[arg-type]
