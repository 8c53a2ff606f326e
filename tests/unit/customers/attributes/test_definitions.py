"""Definitions: a value is kept in one form or refused; own fields replace no built-in one."""

from __future__ import annotations

import pytest

from services.customers.attributes.domain.catalogue import BUILT_IN, catalogue
from services.customers.attributes.domain.definitions import Definition, Unfit, Value, fit


def test_an_own_field_cannot_replace_a_built_in_one() -> None:
    own = Definition("city", "integer", "mischief", segmentable=False)
    assert catalogue([own])["city"].type == "text"


def test_no_name_address_or_legal_name_is_segmentable() -> None:
    direct = {"given_name", "family_name", "title", "address_lines", "legal_name"}
    assert not {name for name, definition in BUILT_IN.items() if definition.segmentable} & direct


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("birth_date", "1990-02-03T00:00:00Z", "1990-02-03"),
        ("children", "2", 2),
        ("marital_status", "Married", "married"),
        ("time_zone", "Europe/Berlin", "Europe/Berlin"),
        ("language", "EN_GB", "en-GB"),
        ("interests", ["wine", "cheese"], ["wine", "cheese"]),
        ("city", None, None),
    ],
)
def test_a_value_is_kept_in_one_form(name: str, value: Value, kept: Value) -> None:
    assert fit(BUILT_IN[name], value) == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("birth_date", "1990-02-30"),
        ("children", 1.5),
        ("children", True),
        ("children", 2**60),
        ("children", "1e999"),
        ("marital_status", "happy"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("language", "english!"),
        ("interests", "wine"),
        ("city", "x" * 1001),
        ("city", 5),
    ],
)
def test_a_value_of_another_form_is_refused(name: str, value: Value) -> None:
    with pytest.raises(Unfit):
        fit(BUILT_IN[name], value)
