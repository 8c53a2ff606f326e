"""Dates and numbers as sheets write them."""

from __future__ import annotations

from typing import Any

import pytest

from shared.files.formats import FormatGuess, Unreadable, read_amount, read_date, read_moment, read_number


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


def test_a_few_faults_do_not_hide_what_a_column_is() -> None:
    """Catches one `n/a` among a thousand German dates that has all of them refused."""
    days = [f"{day}.01.2024 14:30" for day in range(1, 29)]
    assert formats_of(*days, "n/a", "30.02.2024") == ["DD.MM.YYYY"]
    assert formats_of(*(f"{cents},50 €" for cents in range(20)), "free") == ["1234,5"]
    assert formats_of(*["Ada"] * 1000, "12") == []


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("31.01.2024", ("2024-01-31", None, None)),
        ("31.01.2024, 14:05:30 Uhr", ("2024-01-31", "14:05:30", None)),
        ("31.01.2024T00:00:00Z", ("2024-01-31", "00:00:00", "UTC")),
        ("31.01.2024 12:05 AM -05:30", ("2024-01-31", "00:05:00", "UTC-05:30")),
    ],
)
def test_a_moment_has_its_time_and_offset_where_the_cell_names_them(text: str, moment: tuple[Any, ...]) -> None:
    """Catches a time of day that is lost, midnight made of an absent one, and twelve in the night made noon."""
    read = [None if part is None else str(part) for part in read_moment(text, "DD.MM.YYYY")]
    assert tuple(read) == moment


@pytest.mark.parametrize(
    ("text", "number"), [("1.234,50 €", "1234.50"), ("EUR -3", "-3"), ("12,50-", "-12.50"), ("kr 5", "5")]
)
def test_amounts_lose_their_currency_and_keep_their_sign(text: str, number: str) -> None:
    """Catches a credit note that becomes a sale, and a sheet of prices with signs that nobody can import."""
    assert read_amount(text, "1234,5") == number


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
        (read_moment, "28.02.2024 24:30", "DD.MM.YYYY"),
        (read_moment, "28.02.20245", "DD.MM.YYYY"),
        (read_amount, "12 EURO", "1234.5"),
    ):
        with pytest.raises(Unreadable) as refused:
            read(text, form)
        assert text not in str(refused.value)
