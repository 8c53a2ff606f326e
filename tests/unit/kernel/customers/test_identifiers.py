"""One customer from many spellings, and never one from many people."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import (
    address_subject,
    choose_identifier,
    customer_id_of,
    fingerprint,
    fingerprints_of,
    former_customer_id_of,
    names_nobody,
    normalise,
)

KEY = "k" * 32


def an_id(value: str, source: str | None = "web") -> Identifier:
    return Identifier(kind="external_id", value=value, source=source)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("email", "Ann@Example.Test", " ann@example.test "),
        ("email", "jose\u0301@example.test", "JOS\u00e9@example.test"),
        ("email", "kunde@B\u00fccher.example.test", "Kunde@xn--bcher-kva.example.test."),
        ("email", "ann@example.test\u200b", "\ufeffann@EXAMPLE.test"),
        ("email", "ann@\uff45xample.test", "ann@example.test"),
        ("phone", "+49 (0)89 / 123-45", "0049 89 12345"),
        ("phone", "(0 89) 123.45", "08912345"),
        ("card", " e\u0301-1", "\u00e9-1"),
    ],
)
def test_two_spellings_are_one(kind: str, first: str, second: str) -> None:
    """Catches a customer who is two, and a suppression that misses a spelling of the same address."""
    assert normalise(kind, first) == normalise(kind, second)
    assert fingerprint(KEY, kind, normalise(kind, first)) == fingerprint(KEY, kind, normalise(kind, second))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("stra\u00dfe-5@example.test", "strasse-5@example.test"),
        ("jos\u00e9@example.test", "JOS\u00c9@example.test"),
        ("mail@stra\u00dfe.example.test", "mail@strasse.example.test"),
        ("\u0130zmir@example.test", "i\u0307zmir@example.test"),
    ],
)
def test_two_mailboxes_are_two(one: str, other: str) -> None:
    """Catches two people taken for one because their addresses fold to the same letters: each got the other's mail."""
    first, second = Identifier(kind="email", value=one), Identifier(kind="email", value=other)
    assert normalise("email", one) != normalise("email", other)
    assert customer_id_of(KEY, first) != customer_id_of(KEY, second)


@pytest.mark.parametrize("address", ["Ann@Example.Test", "a.b+c@x.y", "ann@foo_bar.example.test"])
def test_what_most_addresses_derive_is_what_they_always_derived(address: str) -> None:
    """Catches a new way of spelling that gives the people of an installation other ids."""
    email = Identifier(kind="email", value=address)
    assert customer_id_of(KEY, email) == former_customer_id_of(KEY, email)
    assert len(fingerprints_of(KEY, email)) == 1


def test_the_former_spelling_is_still_known() -> None:
    """Catches a suppression of the first release that no longer stops the address it was made for."""
    email = Identifier(kind="email", value="Kunde@B\u00fccher.example.test")
    former = fingerprint(KEY, "email", "kunde@b\u00fccher.example.test")
    current = fingerprint(KEY, "email", "kunde@xn--bcher-kva.example.test")
    assert fingerprints_of(KEY, email) == (current, former)


def test_phones_meet_in_the_firms_country() -> None:
    """Catches a number without its country, kept apart from the same number with it."""
    assert normalise("phone", "030 123456", region="DE") == normalise("phone", "+49 30 123456") == "+4930123456"
    assert normalise("phone", "030 123456") == "030123456"


def test_an_address_is_a_subject_of_its_own() -> None:
    """Catches the consent of an address mixed up with the customer that the same address derives."""
    address = "ann@example.test"
    subject = address_subject(KEY, "email", address)
    assert subject != customer_id_of(KEY, Identifier(kind="email", value=address))
    assert subject != address_subject(KEY, "phone", address)
    assert subject.version == 8


@pytest.mark.parametrize(
    "missing",
    ["undefined", "null", "NULL", "None", "NaN", "[object Object]", '"undefined"', "\u200b", "\ufeff \u2060", "\u3164"],
)
def test_a_missing_value_names_nobody(missing: str) -> None:
    """Catches everybody of whom a program knew no id, taken for one customer."""
    assert names_nobody("external_id", missing)
    assert names_nobody("card", missing)
    assert choose_identifier([an_id(missing), Identifier(kind="card", value=missing)]) is None
    for reference in ({"external_id": {"source": "web", "id": missing}}, {"card": missing}):
        with pytest.raises(ValidationError):
            CustomerRef.model_validate(reference)


def test_an_address_of_nothing_names_nobody() -> None:
    """Catches `\u200b@example.test` and `x@undefined` taken for somebody."""
    assert names_nobody("email", "\u200b@example.test")
    assert names_nobody("email", "ann@undefined")
    assert not names_nobody("email", "null@example.test")
    assert not names_nobody("external_id", "00")
    assert not names_nobody("card", "nullable-7")


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
