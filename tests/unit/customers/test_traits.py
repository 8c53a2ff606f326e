"""Traits and attributes: order does not matter, nothing is lost, only what fits is used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.attributes.domain.catalogue import BUILT_IN, catalogue
from services.customers.attributes.domain.definitions import Definition, Unfit, Value, fit
from services.customers.identifiers.domain import UnusableIdentifier as Unusable
from services.customers.identifiers.domain import read_identifier as read_name
from services.customers.observations.domain import read_traits
from services.customers.profiles.domain.claims import Claim
from services.customers.profiles.domain.customer import Profile as Shown
from services.customers.profiles.domain.customer import changed_names
from services.customers.profiles.domain.customer import segmentable_values as travelling
from services.customers.profiles.domain.fitting import MAX_NAMES, fold

START = datetime(2024, 1, 1, tzinfo=UTC)

events = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["web", "till"]),
        st.dictionaries(st.sampled_from(["city", "children", "favourite"]), st.sampled_from(["1", "x", None, 2])),
    ),
    max_size=8,
)


@given(events, st.randoms(use_true_random=False))
def test_the_order_in_which_traits_arrive_does_not_matter(
    said: list[tuple[int, str, dict[str, Value]]], chance: object
) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _after(said) == _after(shuffled) == _after([*shuffled, *said])


def _after(said: list[tuple[int, str, dict[str, Value]]]) -> tuple[Mapping[str, Claim], Mapping[str, Claim]]:
    values: Mapping[str, Claim] = {}
    unfit: Mapping[str, Claim] = {}
    for day, by, traits in said:
        read = read_traits(traits, BUILT_IN, START + timedelta(days=day), by)
        values, unfit = fold(values, read.values), fold(unfit, read.unfit)
    return values, unfit


def test_a_late_event_does_not_overwrite_a_newer_value() -> None:
    newer = fold({}, read_traits({"city": "Bath"}, BUILT_IN, START, "web").values)
    late = read_traits({"city": "York"}, BUILT_IN, START - timedelta(seconds=1), "web").values
    assert fold(newer, late)["city"].value == "Bath"


def test_what_publishers_call_otherwise_is_understood() -> None:
    said: dict[str, Value] = {"firstName": "Ada", "gender": "FEMALE", "email": "a@b.test", "phone": "0123456"}
    read = read_traits(said, BUILT_IN, START, "web")
    assert {name: one.value for name, one in read.values.items()} == {"given_name": "Ada", "sex": "female"}
    assert read.addresses == (("email", "a@b.test"), ("phone", "0123456"))


def test_a_trait_that_does_not_fit_or_is_unknown_is_kept_and_does_not_travel() -> None:
    read = read_traits({"children": "3+", "shoe_size": 44, "status": "active"}, BUILT_IN, START, "web")
    assert {name: one.value for name, one in read.unfit.items()} == {"children": "3+", "status": "active"}
    assert read.values["shoe_size"].value == 44
    assert travelling(Shown(values={"shoe_size": 44, "city": "Bath"}), BUILT_IN) == {"city": "Bath"}


def test_a_record_cannot_grow_without_bound() -> None:
    flood: dict[str, Value] = {f"trait{n}": n for n in range(MAX_NAMES + 50)}
    folded = fold({}, read_traits(flood, BUILT_IN, START, "web").values)
    assert len(folded) == MAX_NAMES
    long = read_traits({"essay": "x" * 10_001, "essays": ["x" * 200] * 60, "city": "Bath"}, BUILT_IN, START, "web")
    assert (set(long.values), long.left_out) == ({"city"}, ("essay", "essays"))
    assert fold(folded, {"trait0": Claim("new", START + timedelta(1), "web")})["trait0"].value == "new"


def test_an_own_field_cannot_replace_a_built_in_one() -> None:
    own = Definition("city", "integer", "mischief", segmentable=False)
    assert catalogue([own])["city"].type == "text"


def test_no_name_address_or_legal_name_travels() -> None:
    direct = {"given_name", "family_name", "title", "address_lines", "legal_name"}
    assert not {name for name, one in BUILT_IN.items() if one.segmentable} & direct


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


def test_changed_names_only_what_travels() -> None:
    before, after = Shown(values={"city": "Bath", "given_name": "Ada"}), Shown(values={"given_name": "Eve"})
    assert changed_names(before, after, BUILT_IN) == ["city"]
    assert changed_names(after, after, BUILT_IN) == []
    assert changed_names(None, after, BUILT_IN) == ["status"]


def test_two_spellings_of_an_email_are_one_and_two_storefronts_ids_are_two() -> None:
    one, other = (read_name("k" * 32, "email", text) for text in (" Ada@Example.test ", "ada@example.test"))
    assert one.fingerprint == other.fingerprint
    web, till = (read_name("k" * 32, "external_id", "7", source) for source in ("web", "till"))
    assert web.fingerprint != till.fingerprint


@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", "ada"), ("email", "a@b@c"), ("phone", "+-"), ("external_id", "7"), ("card", " "), ("card", "a\x00b")],
)
def test_what_can_be_no_identifier_is_refused(kind: str, value: str) -> None:
    with pytest.raises(Unusable):
        read_name("k" * 32, kind, value)  # type: ignore[arg-type]
