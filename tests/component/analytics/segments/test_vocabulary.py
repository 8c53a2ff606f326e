"""What a process remembers of the attributes that it has stored."""

from __future__ import annotations

import pytest

from services.analytics.segments.repository.attributes import known_attributes
from services.analytics.segments.service.vocabulary import AttributeLearner
from shared.database.engine import Database


async def test_an_attribute_whose_batch_was_rolled_back_is_learned_by_the_next_one(database: Database) -> None:
    """Catches a learner that remembers before the commit: the attribute would stay out of the vocabulary for ever."""
    learner = AttributeLearner()
    with pytest.raises(RuntimeError, match="planted"):
        async with database.transaction() as tx:
            await learner.learn(tx, [{"shoe_size": 43}])
            raise RuntimeError("planted")
    async with database.transaction() as tx:
        await learner.learn(tx, [{"shoe_size": 43}])
    async with database.transaction() as tx:
        assert (await known_attributes(tx))["shoe_size"] == "integer"
