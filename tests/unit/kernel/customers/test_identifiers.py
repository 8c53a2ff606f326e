"""One customer from many spellings, and never one from many people."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import choose_identifier, customer_id_of, fingerprint, normalise

KEY = "k" * 32


def an_id(value: str, source: str | None = "web") -> Identifier:
    return Identifier(kind="external_id", value=value, source=source)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("email", "Ann@Example.Test", " ann@example.test "),
        ("email", "jose\u0301@example.test", "JOS\u00c9@example.test"),
        ("phone", "+49 (0)89 / 123-45", "0049 89 12345"),
        ("phone", "(0 89) 123.45", "08912345"),
        ("card", " e\u0301-1", "\u00e9-1"),
    ],
)
def test_two_spellings_are_one(kind: str, first: str, second: str) -> None:
    """Catches a customer who is two, and a suppression that misses a spelling of the same address."""
    assert normalise(kind, first) == normalise(kind, second)
    assert fingerprint(KEY, kind, normalise(kind, first)) == fingerprint(KEY, kind, normalise(kind, second))


def test_what_differs_stays_apart() -> None:
    """Catches one person's events under another's id."""
    ids = [an_id("1"), an_id("1", "shop"), an_id("1", None), an_id("A"), an_id("a"), Identifier(kind="card", value="1")]
    derived = {customer_id_of(KEY, identifier) for identifier in ids} | {
        customer_id_of(KEY, ids[0], 1),
        customer_id_of("x", ids[0]),
    }
    assert len(derived) == len(ids) + 2
    assert all(id.version == 8 and id.variant == "specified in RFC 4122" for id in derived)


def test_no_source_is_the_empty_source_and_spaces_around_it_do_not_count() -> None:
    """Catches a storefront that leaves the field out once and sends it empty the next time."""
    assert customer_id_of(KEY, an_id("1", None)) == customer_id_of(KEY, an_id("1", ""))
    assert customer_id_of(KEY, an_id("1", "web ")) == customer_id_of(KEY, an_id("1", "web"))


def test_a_derived_id_never_changes() -> None:
    """Catches a change of the derivation: every customer of an installation would be somebody new."""
    assert str(customer_id_of(KEY, an_id("4711"))) == "f378c869-17ed-8d97-bb3e-d2545728f544"


def test_a_phone_derives_nobody_and_the_strongest_identifier_wins() -> None:
    email, phone = Identifier(kind="email", value="a@b"), Identifier(kind="phone", value="+1")
    assert choose_identifier([phone]) is None
    assert choose_identifier([email, an_id("1"), phone]) == an_id("1")


def test_a_blank_identifier_derives_nobody() -> None:
    """Catches all customers without an id in a storefront, taken for one person."""
    assert choose_identifier([an_id(" "), an_id("\u3000")]) is None
    for blank in (" ", "\u00a0", "\u3000 "):
        with pytest.raises(ValidationError):
            CustomerRef.model_validate({"external_id": {"source": "web", "id": blank}})
        with pytest.raises(ValidationError):
            CustomerRef.model_validate({"card": blank})
