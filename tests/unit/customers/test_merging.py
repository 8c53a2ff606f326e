"""Merges: nothing is lost by making one, nothing is left of one that was undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.customers.attributes.domain.definitions import Value
from services.customers.cards.domain import address_of
from services.customers.identifiers.domain import Identifier
from services.customers.merges.domain import field_choices as choices
from services.customers.merges.domain import merged
from services.customers.merges.domain import separated as parted
from services.customers.profiles.domain.claims import STATUS, Claim, Claims
from services.customers.profiles.domain.customer import Group, Record, sources_of
from services.customers.profiles.domain.customer import profile_of as show
from services.customers.purchases.domain import after_purchase

START = datetime(2024, 1, 1, tzinfo=UTC)
A, B, C = (UUID(int=n) for n in (1, 2, 3))


def day(number: int) -> datetime:
    """The start plus so many days."""
    return START + timedelta(days=number)


def a_group(customer_id: UUID, claims: Claims | None = None, *emails: str) -> Group:
    """Somebody who stands for themself."""
    record = Record(customer_id, "person", "web", START, START, customer_id, claims=claims or {})
    group = Group(record, [record], [an_email(customer_id, one) for one in emails])
    root = replace(record, profile=show(group))
    return group.with_member(root)


def an_email(customer_id: UUID, value: str, **changes: object) -> Identifier:
    """An e-mail of that customer."""
    made = Identifier(UUID(int=hash(value) % 2**64), customer_id, "email", value, value, value, START, "web")
    return replace(made, **changes)  # type: ignore[arg-type]


def said(value: Value, at: int, by: str = "web") -> Claim:
    """A claim on that day."""
    return Claim(value, day(at), by)


claims = st.dictionaries(
    st.sampled_from(["city", "children", "sex", STATUS]),
    st.builds(said, st.sampled_from(["x", "y", "prospect", "active", None]), st.integers(0, 20)),
)
groups = st.tuples(claims, claims, claims)


@given(groups, st.integers(0, 20), st.integers(0, 20))
def test_merge_then_undo_gives_both_originals_back(three: tuple[Claims, ...], first: int, second: int) -> None:
    a, b, c = (a_group(one, claims, f"{one}@example.test") for one, claims in zip((A, B, C), three, strict=True))
    chain = merged(c, merged(a, b, day(first)), day(second))

    rest, freed = parted(chain, A)
    assert (rest.members, rest.identifiers) == (c.members, c.identifiers)
    assert show(rest) == show(c)

    again, alone = parted(freed, B)
    assert (again.members, again.identifiers) == (a.members, a.identifiers)
    assert (alone.members, alone.identifiers) == (b.members, b.identifiers)
    assert show(alone) == show(b)


@given(groups, st.integers(0, 20), st.integers(0, 20))
def test_the_inner_merge_of_a_chain_can_be_undone_alone(three: tuple[Claims, ...], first: int, second: int) -> None:
    a, b, c = (a_group(one, claims) for one, claims in zip((A, B, C), three, strict=True))
    rest, freed = parted(merged(c, merged(a, b, day(first)), day(second)), B)
    assert freed.members == b.members
    assert show(rest) == show(merged(c, a, day(second)))


@given(claims, claims, st.integers(0, 20))
def test_every_value_shown_comes_from_where_it_says(one: Claims, other: Claims, at: int) -> None:
    whole = merged(a_group(A, one), a_group(B, other), day(at))
    for name, source in sources_of(whole).items():
        assert whole.member(source.customer_id).claims[name] == source.claim


def test_the_survivor_wins_and_is_filled_up_from_the_absorbed() -> None:
    survivor = a_group(A, {"city": said("Bath", 1)})
    absorbed = a_group(B, {"city": said("York", 2), "children": said(2, 1), "sex": said(None, 3)})
    assert show(merged(survivor, absorbed, day(5))).values == {"city": "Bath", "children": 2}
    shown = {one.name: (one.value, one.source) for one in choices(survivor, absorbed, day(5))}
    assert shown["city"] == ("Bath", A)
    assert shown["children"] == (2, B)


def test_of_two_absorbed_values_the_most_recent_fills_up() -> None:
    whole = merged(a_group(A), a_group(B, {"city": said("York", 3)}), day(5))
    whole = merged(whole, a_group(C, {"city": said("Bath", 2)}), day(6))
    assert show(whole).values == {"city": "York"}


def test_what_is_said_of_an_alias_after_the_merge_is_news() -> None:
    whole = merged(a_group(A, {"city": said("Bath", 1)}), a_group(B, {"city": said("York", 2)}), day(5))
    moved = replace(whole.member(B), claims={"city": said("Leeds", 6)})
    assert show(whole.with_member(moved)).values == {"city": "Leeds"}


def test_a_value_cleared_after_the_merge_does_not_come_back_from_the_absorbed() -> None:
    whole = merged(a_group(A), a_group(B, {"city": said("York", 2)}), day(5))
    cleared = replace(whole.root, claims={"city": said(None, 6)})
    assert show(whole.with_member(cleared)).values == {}


def test_a_prospect_that_absorbs_an_active_customer_is_active() -> None:
    survivor = a_group(A, {STATUS: said("prospect", 4)})
    assert show(merged(survivor, a_group(B, {STATUS: said("active", 2)}), day(5))).status == "active"


def test_a_purchase_under_an_alias_brings_a_lost_survivor_back() -> None:
    whole = merged(a_group(A, {STATUS: said("lost", 4)}), a_group(B, {STATUS: said("active", 2)}), day(5))
    assert show(after_purchase(whole, B, day(3), "interactions")).status == "lost"
    assert show(after_purchase(whole, B, day(6), "interactions")).status == "active"


def test_a_purchase_does_not_unblock() -> None:
    blocked = a_group(A, {STATUS: said("blocked", 1)})
    assert after_purchase(blocked, A, day(9), "interactions") == blocked


def test_the_address_is_the_preferred_one_before_the_verified_one() -> None:
    group = a_group(A)
    verified, preferred = an_email(A, "v@example.test", verified=True), an_email(A, "p@example.test", preferred=True)
    chosen = address_of(replace(group, identifiers=[an_email(A, "a@example.test"), preferred, verified]), "email")
    assert chosen == preferred
    assert address_of(group, "phone") is None
