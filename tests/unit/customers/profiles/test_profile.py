"""Profiles: what is published of one, and what counts as a change of it."""

from __future__ import annotations

from services.customers.attributes.domain.catalogue import BUILT_IN
from services.customers.profiles.domain.customer import Profile, changed_names


def test_only_what_is_published_counts_as_changed() -> None:
    before, after = Profile(values={"city": "Bath", "given_name": "Ada"}), Profile(values={"given_name": "Eve"})
    assert changed_names(before, after, BUILT_IN) == ["city"]
    assert changed_names(after, after, BUILT_IN) == []
    assert changed_names(None, after, BUILT_IN) == ["status"]
