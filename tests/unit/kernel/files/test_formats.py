"""Dates and numbers as sheets write them."""

from __future__ import annotations

import pytest

from shared.files.formats import FormatGuess, Unreadable, read_date, read_number


def formats_of(*cells: str) -> list[str]:
    guess = FormatGuess()
    for cell in cells:
        guess.feed(cell)
    return guess.formats


def test_one_day_beyond_the_twelfth_tells_how_the_whole_column_is_meant() -> None:
    """Catches 3 April read as 4 March."""
    assert formats_of("03/04/2024", "31/12/2023") == ["DD/MM/YYYY"]
    assert formats_of("03/04/2024", "12/31/2023") == ["MM/DD/YYYY"]
    assert formats_of("1.2.1990", "") == ["DD.MM.YYYY"]


def test_a_column_that_can_be_read_in_two_ways_is_said_to_be_ambiguous() -> None:
    """Catches a guess where only its owner can know."""
    assert formats_of("03/04/2024", "01/02/2024") == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert formats_of("1.234", "5.678") == ["1234.5", "1234,5"]
    assert formats_of("1.234", "0,5") == ["1234,5"]
    assert formats_of("12", "7") == ["1234.5"]
    assert formats_of("Ada", "12") == []


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [("1.234.567,5", "1234,5", "1234567.5"), ("1,234.5", "1234.5", "1234.5"), ("-1 234", "1234.5", "-1234")],
)
def test_numbers_lose_their_groups_and_get_a_point(text: str, form: str, number: str) -> None:
    """Catches a turnover that is a thousand times too small."""
    assert read_number(text, form) == number


def test_what_is_no_date_or_number_is_refused_without_showing_it() -> None:
    """Catches 30 February, half a group, and a value in a text that is kept."""
    for read, text, form in (
        (read_date, "30.02.2024", "DD.MM.YYYY"),
        (read_number, "12,34,5", "1234,5"),
        (read_number, "12a", "1234.5"),
    ):
        with pytest.raises(Unreadable) as refused:
            read(text, form)
        assert text not in str(refused.value)
