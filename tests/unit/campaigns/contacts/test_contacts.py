"""Would catch a refusal that is lost in a merge."""

from __future__ import annotations

from uuid import uuid4

from services.campaigns.contacts.domain.contacts import consent_of


def test_a_refusal_under_any_id_counts_unless_the_current_one_granted() -> None:
    root, old = uuid4(), uuid4()
    pair = ("offers", "email")
    assert consent_of({old: {pair: "denied"}, root: {}}, root) == (frozenset({pair}), frozenset())
    assert consent_of({old: {pair: "denied"}, root: {pair: "granted"}}, root) == (frozenset(), frozenset({pair}))
