"""Would catch a link that can be bent, or one that leads to a name that no browser finds."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.content.domain.addresses import needs_smtputf8, wire_address
from services.campaigns.content.domain.links import Tracked, make_token, read_token, wire_url


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://shop.example.test/äpfel?u=1", "https://shop.example.test/äpfel?u=1"),
        ("https://shop.example.test/?u=Ann", "https://shop.example.test/?u={}"),
    ],
)
def test_a_token_says_what_was_put_in_and_nothing_else_does(url: str, label: str) -> None:
    tracked = Tracked("clicked", uuid4(), uuid4(), uuid4(), url, label)
    token = make_token("key", tracked)
    assert read_token("key", token) == tracked
    assert read_token("another key", token) is None
    assert read_token("key", token[:-2] + ("AA" if token[-2:] != "AA" else "BB")) is None


def test_a_link_of_an_earlier_version_leads_on_and_its_query_stays_out_of_reports() -> None:
    token = (
        "5KDi4_xQhh1gpgCpY5Cs-wEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAANodHRwczovL3Nob3AuZXhhbXBs"
        "ZS50ZXN0L3g_dT1Bbm4"
    )
    tracked = read_token("key", token)
    assert tracked is not None
    assert (tracked.url, tracked.label) == ("https://shop.example.test/x?u=Ann", "https://shop.example.test/x")


@given(st.text(max_size=300))
def test_no_made_up_token_is_read(token: str) -> None:
    assert read_token("key", token) is None


@pytest.mark.parametrize(
    ("url", "wire"),
    [
        ("https://bücher.example/ä b?q=%20ü#x", "https://xn--bcher-kva.example/%C3%A4%20b?q=%20%C3%BC#x"),
        ("https://u@BÜCHER.example:8080/", "https://u@xn--bcher-kva.example:8080/"),
        ("https://shop.example/?a=1&b=[2]|\"<'", "https://shop.example/?a=1&b=[2]%7C%22%3C'"),
        ("https://shop.example/\r\nSet-Cookie: a", "https://shop.example/%0D%0ASet-Cookie:%20a"),
        ("https://-ü-.example/", "https://-%C3%BC-.example/"),
    ],
)
def test_a_target_goes_into_a_header_as_browsers_read_it(url: str, wire: str) -> None:
    assert wire_url(url) == wire


@pytest.mark.parametrize(
    "address",
    ["a@b.test\r\nRCPT TO:<x@y.test>", "a b@c.test", "<a@b.test>", "a@", "a@-b.test", "a@b.test>", "ä\r\n@b.test",
     "ä b@c.test", "@b.test", "ä<x>@b.test", "a@-ü.test"],
)  # fmt: skip
def test_an_address_that_could_end_a_command_is_given_to_no_server(address: str) -> None:
    assert wire_address(address) is None


@pytest.mark.parametrize(
    ("address", "wire", "utf8"),
    [
        ("kunde@bücher.example.test", "kunde@xn--bcher-kva.example.test", False),
        ("o'neill+x@shop.test", "o'neill+x@shop.test", False),
        ("jürgen@shop.test", "jürgen@shop.test", True),
        ("jürgen@bücher.test", "jürgen@xn--bcher-kva.test", True),
    ],
)
def test_addresses_of_all_scripts_have_a_form_on_the_wire(address: str, wire: str, utf8: bool) -> None:
    assert wire_address(address) == wire
    assert needs_smtputf8(wire) is utf8
