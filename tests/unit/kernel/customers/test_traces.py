"""Names in bytes: found in whatever form they stand there, and nobody else's taken for them."""

from __future__ import annotations

import time
from urllib.parse import quote_plus
from uuid import UUID, uuid4

import orjson
import pytest

from shared.contracts.interactions import Identifier
from shared.customers.identifiers import fingerprints_of
from shared.customers.traces import Naming, number_of

KEY = "a key of thirty-two or more letters"
NAMING = Naming(KEY, "DE")
MESSAGE = {
    "publisher": "till",
    "message": {
        "type": "purchase",
        "customer": {"email": "Rosa@Example.test", "external_id": {"source": "shop", "id": "4711"}, "card": "C-77"},
        "data": {"channel": "web", "store": "shop", "order_id": "42", "lines": [{"quantity": 42, "amount": 450}]},
    },
}
WHOLE = orjson.dumps(MESSAGE)
INNER = orjson.dumps(MESSAGE["message"])


def _wanted(kind: str, value: str, source: str | None = None, region: str = "") -> set[int]:
    """As the rest of the product knows the identifier."""
    identifier = Identifier.model_validate({"kind": kind, "value": value, "source": source})
    return {number_of(name) for name in fingerprints_of(KEY, identifier, region)}


ROSA = _wanted("email", "rosa@example.test")


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        ("wrapped", WHOLE),
        ("not wrapped", INNER),
        ("cut in the middle", WHOLE[: WHOLE.index(b"order_id")]),
        ("cut within the next name", WHOLE[: WHOLE.index(b'"external_id') + 3]),
        ("cut right behind the address", WHOLE[: WHOLE.index(b"Example.test") + len("Example.test")]),
        ("a text within JSON", orjson.dumps({"payload": INNER.decode()})),
        ("a text within a text within JSON", orjson.dumps({"a": orjson.dumps({"b": INNER.decode()}).decode()})),
        ("escaped", WHOLE.replace(b"@", b"\\u0040")),
        ("escaped within a text", orjson.dumps({"a": INNER.replace(b"@", b"\\u0040").decode()})),
        ("a form", b"email=" + quote_plus("rosa@example.test").encode() + b"&card=C-77"),
        ("a row of a file", b"Rosa;ROSA@EXAMPLE.TEST;0049 30 123456"),
        ("a row without blanks", b"1,Rosa,rosa@example.test,450," * 400),
        ("a mail header", b"From: Rosa <rosa@example.test>, till"),
        ("a link", b"mailto:rosa@example.test?subject=x"),
        ("a sentence", b"she wrote from rosa@example.test."),
        ("UTF-16", "rosa@example.test".encode("utf-16")),
        ("Latin-1", '{"name":"Jörg","email":"rosa@example.test"}'.encode("latin-1")),
        ("single quotes", b"{'email': 'rosa@example.test'}"),
        ("a name of a field", b'{"rosa@example.test": {"amount": 4}}'),
        ("a key of another meaning", b'{"order_id": "rosa@example.test"}'),
    ],
)
def test_an_address_is_found_in_every_form(form: str, raw: bytes) -> None:
    """Would catch a search that needs readable JSON, or the spelling that somebody happened to use."""
    assert NAMING.numbers_in(raw) >= ROSA, form


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ('{"email":"kunde@bücher.example.test"}', _wanted("email", "kunde@xn--bcher-kva.example.test")),
        ('{"email":"kunde@xn--bcher-kva.example.test"}', _wanted("email", "kunde@bücher.example.test")),
        ('{"email":"stra\\u00dfe@example.test"}', _wanted("email", "straße@example.test")),
        ('{"email":"o\'neill@example.test"}', _wanted("email", "o'neill@example.test")),
        ('{"email":" rosa@example.test\u200b"}', ROSA),
        ('{"phone":"0049 (0)30 123456"}', _wanted("phone", "+4930123456")),
        ('{"phone":4930123456}', _wanted("phone", "+4930123456")),
        ('{"phone":"030/123456"}', _wanted("phone", "030 123456", region="DE")),
        ('{"phone":"030/123456"}', _wanted("phone", "030123456")),
        ('{"card":77123}', _wanted("card", "77123")),
        ('{"customer":{"card":"C-77"', _wanted("card", "C-77")),
        ("Rosa;C 77 12;4", _wanted("card", "C 77 12")),
        ('{"external_id":{"source":"shop","id":4711}}', _wanted("external_id", "4711", "shop")),
        ('{"external_id":{"id":"4711","note":"x","source":"shop"}', _wanted("external_id", "4711", "shop")),
        ('{"external_ids":{"shop":"4711"}}', _wanted("external_id", "4711", "shop")),
        ('{"kind":"external_id","value":"4711","source":"shop"}', _wanted("external_id", "4711", "shop")),
    ],
)
def test_each_kind_is_found_in_each_spelling(raw: str, wanted: set[int]) -> None:
    """Would catch an identifier that was hashed as it stands there and not as it is compared."""
    assert wanted & NAMING.numbers_in(raw.encode())


def test_an_id_is_found_however_it_is_written() -> None:
    """Would catch a comparison of bytes: capitals, no dashes, within another text."""
    id = uuid4()
    for text in (str(id), str(id).upper(), id.hex, f"/customers/{id}?x=1", f'{{"subject":"{id}"'):
        assert NAMING.number_of_id(id) in NAMING.numbers_in(text)
    assert NAMING.number_of_id(UUID(int=id.int ^ 1)) not in NAMING.numbers_in(str(id))


def test_others_are_not_taken_for_somebody() -> None:
    """Would catch a letter that is emptied although it is about somebody else: order 42 is not customer 42."""
    found = NAMING.numbers_in(WHOLE)
    for other in (
        _wanted("email", "osa@example.test"),
        _wanted("email", "rosa@example.tes"),
        _wanted("external_id", "42", "shop"),
        _wanted("external_id", "450", "shop"),
        _wanted("card", "42"),
        _wanted("card", "77"),
        _wanted("external_id", "471", "shop"),
    ):
        assert found.isdisjoint(other)


def test_nothing_in_a_record_makes_the_search_slow() -> None:
    """Would catch a pattern that is quadratic in what a publisher sends: its poison would stop the consumer."""
    for raw in (
        b'"' + b"\\" * 200_000,
        b"@" * 200_000,
        b"a@" * 100_000,
        b"a.b@" * 50_000,
        b'{"a":' * 50_000,
        b"0 " * 100_000,
        b'"\\"' * 100_000,
        b"%" * 200_000,
        b"((((" * 50_000,
        b'"source":"' * 20_000,
    ):
        began = time.process_time()
        NAMING.numbers_in(raw)
        assert time.process_time() - began < 5, raw[:10]


def test_nothing_is_said_of_nothing() -> None:
    assert NAMING.numbers_in(None, b"", "", b"\xff\xfe\x00\x80") == NAMING.numbers_in(b"\xff\xfe\x00\x80")
    assert NAMING.numbers_in(None, b"") == set()
