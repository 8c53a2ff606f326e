"""Which products are offered, and in which order."""

from __future__ import annotations

import pytest

from services.analytics.crosssell.domain import Pair, offers


def test_offers_are_ordered_by_all_that_speaks_for_them() -> None:
    """Catches an offer of what is in the basket, of a substitute, and an order by the last pair alone."""
    pairs = [
        Pair("bread", "butter", 40, 0.4, 4.0),
        Pair("bread", "jam", 30, 0.3, 4.0),
        Pair("tea", "jam", 20, 0.2, 4.0),
        Pair("tea", "coffee", 9, 0.3, 0.4),
        Pair("tea", "bread", 50, 0.9, 2.0),
    ]
    found = offers(pairs, {"bread", "tea"}, 5)
    assert [(offer.product, offer.because.product) for offer in found] == [("jam", "bread"), ("butter", "bread")]
    assert [offer.score for offer in found] == pytest.approx([1.0, 0.8])
    assert len(offers(pairs, {"bread", "tea"}, 1)) == 1
