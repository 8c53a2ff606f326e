"""What people do with a mail is decided by the seed."""

from __future__ import annotations

from deploy.demo.audience import BUY, CLICK, LEAVE, OPEN, mood_of


def test_the_same_mail_meets_the_same_mood() -> None:
    """Catches a restart that answers a mail in another way."""
    assert mood_of(1, "a@example.test", 0) == mood_of(1, "a@example.test", 0)
    assert {mood_of(1, "a@example.test", n) for n in range(30)} != {mood_of(1, "a@example.test", 0)}


def test_moods_come_at_the_stated_rates_and_in_order() -> None:
    """Catches a click without an open, a purchase without a click, and rates that say one thing and do another."""
    moods = [mood_of(1, f"{n}@example.test", 0) for n in range(4000)]
    assert all(mood.opens for mood in moods if mood.clicks)
    assert all(mood.clicks for mood in moods if mood.buys)
    share = {
        "opens": sum(mood.opens for mood in moods) / 4000,
        "clicks": sum(mood.clicks for mood in moods) / 4000,
        "buys": sum(mood.buys for mood in moods) / 4000,
        "leaves": sum(mood.leaves for mood in moods) / 4000,
    }
    stated = {
        "opens": OPEN / 100,
        "clicks": OPEN * CLICK / 10**4,
        "buys": OPEN * CLICK * BUY / 10**6,
        "leaves": LEAVE / 100,
    }
    assert all(abs(share[what] - stated[what]) < 0.03 for what in stated)
