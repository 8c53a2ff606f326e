"""A stored password and the server that it is for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.campaigns.settings.domain import MailServer

BEFORE = MailServer("mail.firm.example", 587, "starttls", "ada", "sealed")


def test_a_password_is_kept_for_the_same_account() -> None:
    """Catches a form without the password that takes it away."""
    assert replace(BEFORE, password=None).takes_over(BEFORE) == BEFORE
    assert replace(BEFORE, password="new").takes_over(BEFORE).password == "new"


@pytest.mark.parametrize(
    "change", [{"host": "evil.example"}, {"port": 25}, {"user": "ben"}, {"user": None}, {"security": "none"}], ids=str
)
def test_a_password_goes_to_no_other_server_and_not_in_the_clear(change: dict[str, object]) -> None:
    """Catches somebody who may set the server and thereby learns the password of the one before."""
    elsewhere = replace(BEFORE, password=None, **change)  # type: ignore[arg-type]  # one field of its own type
    assert elsewhere.takes_over(BEFORE).password is None
