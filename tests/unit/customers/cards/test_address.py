"""Which of several addresses a card shows."""

from __future__ import annotations

from dataclasses import replace

from services.customers.cards.domain import address_of
from tests.unit.customers.builders import A, a_group, an_email


def test_the_address_is_the_preferred_one_before_the_verified_one() -> None:
    group = a_group(A)
    verified, preferred = an_email(A, "v@example.test", verified=True), an_email(A, "p@example.test", preferred=True)
    chosen = address_of(replace(group, identifiers=[an_email(A, "a@example.test"), preferred, verified]), "email")
    assert chosen == preferred
    assert address_of(group, "phone") is None
