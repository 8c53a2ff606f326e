"""What a file says of consent, in the words of those who write such files."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.customers.imports.domain.consents import ConsentRule, refuse_unclear, said_by
from shared.files.formats import Unreadable
from shared.files.sheets import SheetRow

RULE = ConsentRule("marketing", "email", answer_column="Newsletter", given_at="2020-01-01", wording="Yes.",
                   wording_version="1", source="list")  # fmt: skip
CAME = datetime(2026, 5, 1, tzinfo=UTC)


def answer(cell: str) -> str | None:
    """What a row with that cell says; fails when it is refused."""
    row = SheetRow(2, 0, [cell])
    refuse_unclear(row, RULE, {"Newsletter": 0})
    said = said_by(row, RULE, {"Newsletter": 0}, {}, CAME)
    return None if said is None else said.action


@pytest.mark.parametrize(
    ("cell", "action"),
    [
        ("Ja", "granted"), ("opted-in", "granted"), ("Nein", "denied"), ("n", "denied"),
        ("Opted out", "withdrawn"), ("opt_out", "withdrawn"), ("UNSUBSCRIBED", "withdrawn"),
        ("abbestellt", "withdrawn"), ("blocklisted", "withdrawn"), ("Do not contact", "withdrawn"),
        ("", None), (" - ", None), ("non-subscribed", None), ("pending", None),
    ],
)  # fmt: skip
def test_an_answer_is_understood_however_it_is_written(cell: str, action: str | None) -> None:
    """Catches those who left a list, whose `Opted out` was taken for nothing because of its blank."""
    assert answer(cell) == action


@pytest.mark.parametrize("cell", ["maybe", "2", "resubscribed?", "weg"])
def test_an_answer_that_nobody_understands_is_no_silence(cell: str) -> None:
    """Catches a wish to leave that is written in words of its own, and is lost without a word."""
    with pytest.raises(Unreadable, match="Newsletter: says neither yes nor no"):
        answer(cell)
