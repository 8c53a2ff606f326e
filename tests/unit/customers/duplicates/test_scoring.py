"""What makes two customers alike, and what keeps them apart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.duplicates.domain.blocks import keys_of
from services.customers.duplicates.domain.people import Likeness, likeness_of
from services.customers.duplicates.domain.scoring import compare
from services.customers.duplicates.domain.sounds import fold, sound

ADA = {
    "given_name": "Johanna",
    "family_name": "Meyerhoff",
    "birth_date": "1980-05-17",
    "address_lines": ["Lindenstraße 12"],
    "postal_code": "01067",
    "city": "Dresden",
}


def somebody(phone: str = "", mail: str = "", kind: Any = "person", **values: Any) -> Likeness:
    """Somebody with these values in place of Johanna's; None takes one away."""
    kept = {name: value for name, value in {**ADA, **values}.items() if value is not None}
    return likeness_of(UUID(int=1), kind, kept, [phone] if phone else [], [mail] if mail else [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "MUELLER"),
        ("Weiß", "weiss"),
        ("Łukasz", "lukasz"),
        ("Anna-Maria", "anna maria"),
        ("Chloé", "Chloe"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    """Catches accents, umlauts and hyphens that make two people of one."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("meyer", "maier"), ("schmidt", "schmitt"), ("stephan", "stefan"), ("krause", "kraus"), ("walter", "valter")],
)
def test_names_that_sound_alike_have_one_sound(one: str, other: str) -> None:
    """Catches a block that only the right spelling finds."""
    assert sound(one) == sound(other)


def test_a_word_of_another_script_sounds_as_it_is_written() -> None:
    """Catches all names of a script that fall into one block, as none of their letters has a sound."""
    assert sound(fold("Иванов")) != sound(fold("Петров"))


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=12))
def test_whatever_stands_in_a_field_can_be_compared(given_name: str, family: str, postal: str) -> None:
    """Catches a record of odd signs that stops the worker, and a score that depends on who is named first."""
    odd = somebody(given_name=given_name, family_name=family, postal_code=postal, birth_date=postal)
    assert compare(odd, somebody()).score == compare(somebody(), odd).score
    assert Likeness.of_text(odd.customer_id, odd.to_text()) == odd
    assert keys_of(odd) == sorted(set(keys_of(odd)))


@pytest.mark.parametrize(
    "values",
    [
        {"family_name": "Meierhoff"},
        {"family_name": "Meyerhof", "given_name": "Johana"},
        {"given_name": "Meyerhoff", "family_name": "Johanna"},
        {"birth_date": "1980-05-18"},
        {"birth_date": None},
        {"birth_date": None, "address_lines": ["Lindenstr. 12"]},
        {"postal_code": "80331", "city": "München", "address_lines": ["Am Hang 3"]},
        {"family_name": "Meyerhoff-Schulz"},
        {"address_lines": None, "postal_code": None, "city": None},
    ],
)
def test_one_person_written_down_twice_meets_and_is_proposed(values: dict[str, Any]) -> None:
    """Catches a kind of difference after which nobody finds the second record."""
    assert set(keys_of(somebody())) & set(keys_of(somebody(**values)))
    assert compare(somebody(), somebody(**values)).proposed


@pytest.mark.parametrize(
    "values",
    [
        {"given_name": "Friedrich"},
        {"given_name": "Friedrich", "birth_date": "1979-11-30"},
        {"birth_date": "1948-11-30"},
        {"given_name": "Johann"},
        {"given_name": "Johanne"},
        {"given_name": "J."},
        {"family_name": "Grabowski", "given_name": "Emil"},
        {"birth_date": None, "postal_code": "80331", "city": "München", "address_lines": ["Am Hang 3"]},
    ],
)
def test_relatives_neighbours_and_namesakes_are_not_sure(values: dict[str, Any]) -> None:
    """Catches a family that is merged into one customer."""
    assert not compare(somebody(), somebody(**values)).sure


def test_father_and_son_of_one_name_are_left_to_people() -> None:
    """Catches a merge by itself of two who share name, address and phone, and of whom one's birth date is not known."""
    phone = "+493512345678"
    found = compare(somebody(phone), somebody(phone, birth_date=None))
    assert found.proposed
    assert not found.sure


def test_an_address_made_of_the_name_says_less_than_any_other() -> None:
    """Catches namesakes who are one because both are called so at their providers."""
    named = compare(somebody(mail="johanna.meyerhoff@a.test"), somebody(mail="johanna.meyerhoff@b.test"))
    other = compare(somebody(mail="sunflower77@a.test"), somebody(mail="sunflower77@b.test"))
    assert [field.points for field in named.fields if field.field == "email"] == [2.0]
    assert [field.points for field in other.fields if field.field == "email"] == [5.5]


def test_whoever_has_no_name_meets_nobody() -> None:
    """Catches a house whose tenants are one customer, since of none a name is known."""
    assert keys_of(somebody(given_name=None, family_name=None)) == []


def test_a_firm_is_no_person_of_its_name() -> None:
    """Catches a craftsman who is merged with his firm."""
    firm = somebody(kind="firm", legal_name="Meyerhoff GmbH")
    assert compare(firm, somebody()).score == 0
    assert not set(keys_of(firm)) & set(keys_of(somebody()))
