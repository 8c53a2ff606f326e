"""Merges: nothing is lost by making one, nothing is left of one that was undone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.customers.merges.domain import field_choices, merged, separated
from services.customers.profiles.domain.claims import STATUS, Claim, Claims, latest
from services.customers.profiles.domain.customer import profile_of, sources_of
from tests.unit.customers.builders import A, B, C, a_claim, a_group, day

claims = st.dictionaries(
    st.sampled_from(["city", "children", "sex", STATUS]),
    st.builds(a_claim, st.sampled_from(["x", "y", "prospect", "active", None]), st.integers(0, 20)),
)
groups = st.tuples(claims, claims, claims)


@given(groups, st.integers(0, 20), st.integers(0, 20))
def test_merge_then_undo_gives_both_originals_back(three: tuple[Claims, ...], first: int, second: int) -> None:
    a, b, c = (a_group(id, claims, f"{id}@example.test") for id, claims in zip((A, B, C), three, strict=True))
    chain = merged(c, merged(a, b, day(first)), day(second))

    rest, freed = separated(chain, A)
    assert (rest.members, rest.identifiers) == (c.members, c.identifiers)
    assert profile_of(rest) == profile_of(c)

    again, alone = separated(freed, B)
    assert (again.members, again.identifiers) == (a.members, a.identifiers)
    assert (alone.members, alone.identifiers) == (b.members, b.identifiers)
    assert profile_of(alone) == profile_of(b)


@given(groups, st.integers(0, 20), st.integers(0, 20))
def test_the_inner_merge_of_a_chain_can_be_undone_alone(three: tuple[Claims, ...], first: int, second: int) -> None:
    a, b, c = (a_group(id, claims) for id, claims in zip((A, B, C), three, strict=True))
    rest, freed = separated(merged(c, merged(a, b, day(first)), day(second)), B)
    assert freed.members == b.members
    assert profile_of(rest) == profile_of(merged(c, a, day(second)))


@given(claims, claims, st.integers(0, 20))
def test_every_value_shown_comes_from_where_it_says(own: Claims, others: Claims, at: int) -> None:
    whole = merged(a_group(A, own), a_group(B, others), day(at))
    for name, source in sources_of(whole).items():
        assert whole.member(source.customer_id).claims[name] == source.claim


def test_the_survivor_wins_and_is_filled_up_from_the_absorbed() -> None:
    survivor = a_group(A, {"city": a_claim("Bath", 1)})
    absorbed = a_group(B, {"city": a_claim("York", 2), "children": a_claim(2, 1), "sex": a_claim(None, 3)})
    assert profile_of(merged(survivor, absorbed, day(5))).values == {"city": "Bath", "children": 2}
    shown = {field.name: (field.value, field.source) for field in field_choices(survivor, absorbed, day(5))}
    assert shown["city"] == ("Bath", A)
    assert shown["children"] == (2, B)


def test_of_two_absorbed_values_the_most_recent_fills_up() -> None:
    whole = merged(a_group(A), a_group(B, {"city": a_claim("York", 3)}), day(5))
    whole = merged(whole, a_group(C, {"city": a_claim("Bath", 2)}), day(6))
    assert profile_of(whole).values == {"city": "York"}


def test_what_is_stated_of_an_alias_after_the_merge_competes_by_time() -> None:
    whole = merged(a_group(A, {"city": a_claim("Bath", 1)}), a_group(B, {"city": a_claim("York", 2)}), day(5))
    moved = replace(whole.member(B), claims={"city": a_claim("Leeds", 6)})
    assert profile_of(whole.with_member(moved)).values == {"city": "Leeds"}


def test_a_value_cleared_after_the_merge_does_not_come_back_from_the_absorbed() -> None:
    whole = merged(a_group(A), a_group(B, {"city": a_claim("York", 2)}), day(5))
    cleared = replace(whole.root, claims={"city": a_claim(None, 6)})
    assert profile_of(whole.with_member(cleared)).values == {}


def test_a_prospect_that_absorbs_an_active_customer_is_active() -> None:
    survivor = a_group(A, {STATUS: a_claim("prospect", 4)})
    assert profile_of(merged(survivor, a_group(B, {STATUS: a_claim("active", 2)}), day(5))).status == "active"


def test_hearsay_does_not_compete_with_a_trusted_value() -> None:
    """Catches a name that a page stated of an account, shown instead of what the till says of the reader merged in."""
    heard, known = Claim("Mallory", day(9), "page", trusted=False), a_claim("Ada", 1)
    for own, other in ((heard, known), (known, heard)):
        survivor, absorbed = a_group(A, {"given_name": own}), a_group(B, {"given_name": other})
        assert profile_of(merged(survivor, absorbed, day(3))).values == {"given_name": "Ada"}
    assert latest(known, heard) == latest(heard, known) == known
