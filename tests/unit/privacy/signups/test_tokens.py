"""Tokens of confirmation links, and the age from which somebody consents."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from services.privacy.signups.domain import age_on, make_token, read_token
from services.privacy.signups.errors import TooYoung
from services.privacy.signups.service.requesting import Ages, is_mailbox
from shared.ids import new_id
from shared.security.sealing import NotSealed, seal, unseal
from shared.security.tokens import make_unsubscribe_token

KEY = "a-key-of-tests"


def test_a_token_names_its_sign_up_and_nobody_makes_another() -> None:
    """Catches a link that anybody can make up, and one of the unsubscribe page that confirms something."""
    signup = UUID(int=new_id().int)
    token = make_token(KEY, signup)
    assert read_token(KEY, token) == signup
    other = make_unsubscribe_token(
        KEY, customer_id=signup, purpose="marketing", channel="email", campaign_id=signup, message_id=signup
    )
    forged = ["", token[:-3], token + "AA", ("B" if token[0] == "A" else "A") + token[1:], other, "ä" * 40, "x" * 9000]
    assert [read_token(KEY, bad) for bad in forged] == [None] * len(forged)
    assert read_token("another key", token) is None


@pytest.mark.parametrize(
    ("birth", "today", "years"),
    [("2010-06-02", "2026-06-01", 15), ("2010-06-01", "2026-06-01", 16), ("2008-02-29", "2024-02-28", 15),
     ("2008-02-29", "2025-02-28", 16), ("2008-02-29", "2025-03-01", 17)],
)  # fmt: skip
def test_an_age_is_complete_on_the_birthday(birth: str, today: str, years: int) -> None:
    """Catches a child that consents a day too early."""
    assert age_on(date.fromisoformat(today), date.fromisoformat(birth)) == years


def test_the_age_of_consent_is_the_country_s() -> None:
    """Catches one age for everybody."""
    ages, today, birth = Ages(16, {"AT": 14}), date(2026, 6, 1), date(2011, 1, 1)
    ages.refuse_children(today, birth, "AT")
    ages.refuse_children(today, None, "DE")
    for country in ("DE", None):
        with pytest.raises(TooYoung):
            ages.refuse_children(today, birth, country)


def test_what_is_sealed_opens_for_its_own_row_only() -> None:
    """Catches an address that is stored in the clear, or moved to another sign-up unseen."""
    sealed = seal(KEY, "signups", b"row", b"rosa@example.test")
    assert b"rosa" not in sealed
    assert sealed != seal(KEY, "signups", b"row", b"rosa@example.test")
    assert unseal(KEY, "signups", b"row", sealed) == b"rosa@example.test"
    for wrong in ((KEY, "signups", b"other", sealed), ("other", "signups", b"row", sealed), (KEY, "x", b"row", sealed),
                  (KEY, "signups", b"row", sealed[:-1]), (KEY, "signups", b"row", b"")):  # fmt: skip
        with pytest.raises(NotSealed):
            unseal(*wrong)


@pytest.mark.parametrize(
    ("address", "usable"),
    [("rosa@example.test", True), ("rosa@bücher.example", True), ("r.o+s'a@example.test", True),
     ("rosa@", False), ("a b@example.test", False), ("undefined@undefined", False), ("<rosa@example.test>", False),
     ("rosa@exa mple.test", False), ("rosa@-.test", False), ("rosa\r\nBcc: x@example.test", False)],
)  # fmt: skip
def test_only_what_a_mailbox_can_be_called_is_asked(address: str, usable: bool) -> None:
    """Catches a confirmation that ends in a bounce or breaks a header, and an address that means nobody."""
    assert is_mailbox(address) is usable
