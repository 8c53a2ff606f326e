"""Traits: order does not matter, nothing is lost, only what fits is used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.customers.attributes.domain.catalogue import BUILT_IN
from services.customers.attributes.domain.definitions import Value
from services.customers.observations.domain import read_traits
from services.customers.profiles.domain.claims import Claim
from services.customers.profiles.domain.customer import Profile, segmentable_values
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
    observed: list[tuple[int, str, dict[str, Value]]], chance: object
) -> None:
    shuffled = list(observed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _after(observed) == _after(shuffled) == _after([*shuffled, *observed])


def _after(observed: list[tuple[int, str, dict[str, Value]]]) -> tuple[Mapping[str, Claim], Mapping[str, Claim]]:
    values: Mapping[str, Claim] = {}
    unfit: Mapping[str, Claim] = {}
    for day, by, traits in observed:
        read = read_traits(traits, BUILT_IN, START + timedelta(days=day), by)
        values, unfit = fold(values, read.values), fold(unfit, read.unfit)
    return values, unfit


def test_a_late_event_does_not_overwrite_a_newer_value() -> None:
    newer = fold({}, read_traits({"city": "Bath"}, BUILT_IN, START, "web").values)
    late = read_traits({"city": "York"}, BUILT_IN, START - timedelta(seconds=1), "web").values
    assert fold(newer, late)["city"].value == "Bath"


def test_what_publishers_call_otherwise_is_understood() -> None:
    traits: dict[str, Value] = {"firstName": "Ada", "gender": "FEMALE", "email": "a@b.test", "phone": "0123456"}
    read = read_traits(traits, BUILT_IN, START, "web")
    assert {name: claim.value for name, claim in read.values.items()} == {"given_name": "Ada", "sex": "female"}
    assert read.addresses == (("email", "a@b.test"), ("phone", "0123456"))


def test_a_trait_that_does_not_fit_or_is_unknown_is_kept_and_not_published() -> None:
    read = read_traits({"children": "3+", "shoe_size": 44, "status": "active"}, BUILT_IN, START, "web")
    assert {name: claim.value for name, claim in read.unfit.items()} == {"children": "3+", "status": "active"}
    assert read.values["shoe_size"].value == 44
    assert segmentable_values(Profile(values={"shoe_size": 44, "city": "Bath"}), BUILT_IN) == {"city": "Bath"}


def test_a_record_cannot_grow_without_bound() -> None:
    flood: dict[str, Value] = {f"trait{n}": n for n in range(MAX_NAMES + 50)}
    folded = fold({}, read_traits(flood, BUILT_IN, START, "web").values)
    assert len(folded) == MAX_NAMES
    long = read_traits({"essay": "x" * 10_001, "essays": ["x" * 200] * 60, "city": "Bath"}, BUILT_IN, START, "web")
    assert (set(long.values), long.left_out) == ({"city"}, ("essay", "essays"))
    assert fold(folded, {"trait0": Claim("new", START + timedelta(1), "web")})["trait0"].value == "new"
