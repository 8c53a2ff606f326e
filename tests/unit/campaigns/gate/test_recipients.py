"""Would catch a mail to somebody outside the allow-list."""

from __future__ import annotations

from services.campaigns.gate.domain.recipients import is_allowed


def test_the_allow_list_takes_patterns_and_production_takes_all() -> None:
    assert is_allowed("Ann@Example.test", ["*@example.test"])
    assert not is_allowed("ann@example.test.evil.example", ["*@example.test"])
    assert is_allowed("anybody@anywhere.example", None)
