"""Would catch a link that arrives bent, leads where a customer's name says, or is found so slowly that all waits."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import BoundTemplate
from liquid.exceptions import LiquidError
from selectolax.lexbor import LexborHTMLParser

from services.campaigns.content.domain.markup import read_markup
from services.campaigns.content.domain.sandbox import compile_html, compile_text
from tests.unit.campaigns.content.builders import UNSUBSCRIBE, a_filling

EVIL = "http://evil.example/prize"


def filled(template: BoundTemplate, **customer: object) -> str:
    return template.render(**a_filling({"name": EVIL, **customer}).of_rendering())


def text_of(source: str, **customer: object) -> str:
    return filled(compile_text(source), **customer).replace("https://t.example.test/", "T")


def targets_of(source: str, **customer: object) -> list[str]:
    """Where the links of the finished page lead, as a browser reads it."""
    page = LexborHTMLParser(filled(compile_html(source), **customer))
    return [(node.attributes.get("href") or "") for node in page.css("a, area")]


def t(url: str, label: str | None = None) -> str:
    """The tracked link to `url`."""
    return f"https://t.example.test/<{url}><{url if label is None else label}>"


@pytest.mark.parametrize(
    ("source", "arrives"),
    [
        ("[{{ unsubscribe_url }}]", f"[{UNSUBSCRIBE}]"),
        ("„{{ unsubscribe_url }}“ **{{ unsubscribe_url }}**", f"„{UNSUBSCRIBE}“ **{UNSUBSCRIBE}**"),
        (
            "„https://a.test/x“ «https://a.test/y»",
            "„T<https://a.test/x><https://a.test/x>“ «T<https://a.test/y><https://a.test/y>»",
        ),
        ("**https://a.test/x**", "**T<https://a.test/x><https://a.test/x>**"),
        ("(see https://a.test/Foo_(bar))", "(see T<https://a.test/Foo_(bar)><https://a.test/Foo_(bar)>)"),
        ("'https://a.test/o'neill'.", "'T<https://a.test/o'neill><https://a.test/o'neill>'."),
        (
            "<https://a.test/x>, https://a.test/y.",
            "<T<https://a.test/x><https://a.test/x>>, T<https://a.test/y><https://a.test/y>.",
        ),
        ("https://a.test/?n={{ campaign.name }}&b=1!", "T<https://a.test/?n=x&b=1><https://a.test/?n={}&b=1>!"),
        ("{% if true %}https://a.test/1{% endif %}.", "T<https://a.test/1><https://a.test/1>."),
        ("https://a.test/{% if true %}v{% else %}w{% endif %} x", "T<https://a.test/v><https://a.test/{}v{}w{}> x"),
        ("{% raw %}https://a.test/{{ x }}{% endraw %}", "https://a.test/{{ x }}"),
        ("{% capture u %}https://a.test/{% endcapture %}{{ u }}?a=1", "https://a.test/?a=1"),
    ],
)
def test_links_in_text_arrive_whole(source: str, arrives: str) -> None:
    assert text_of(source) == arrives


@pytest.mark.parametrize(
    "source",
    [
        "Dear {{ customer.name }}, {{ customer.name }}",
        "https://{{ customer.host }}/x",
        "https://shop.example{{ customer.tail }}/x",
        "https://shop.example{{ customer.at }}/x",
    ],
)
def test_nothing_that_a_customer_is_called_becomes_a_link_of_ours(source: str) -> None:
    evil = {"host": "evil.example", "tail": ".evil.example", "at": "@evil.example"}
    assert "T<" not in text_of(source, **evil)
    html = f'<a href="{source}">{{{{ customer.name }}}}</a>'
    assert not any(target.startswith("https://t.example.test/") for target in targets_of(html, **evil))


@pytest.mark.parametrize(
    ("html", "targets"),
    [
        (
            '<a href="https://a.test/?a=1&region=eu&currency=EUR&copy=1">x</a>',
            [t("https://a.test/?a=1&region=eu&currency=EUR&copy=1")],
        ),
        ('<a href="https://a.test/?a=1&amp;region=eu&#38;b=2">x</a>', [t("https://a.test/?a=1&region=eu&b=2")]),
        ("<a href=https://a.test/x>x</a>", [t("https://a.test/x")]),
        ("<A  CLASS=b HREF = 'https://a.test/x' >x</A>", [t("https://a.test/x")]),
        ('<map><area shape="rect" href="https://a.test/x"></map>', [t("https://a.test/x")]),
        ('<a data-href="https://a.test/x" href="mailto:a@b.test">x</a>', ["mailto:a@b.test"]),
        ('<a href="  https://a.test/x\n/y ">x</a>', [t("https://a.test/x/y")]),
        ('<a href="HTTPS://A.test/x">x</a>', [t("HTTPS://A.test/x")]),
        ('<a href="{{ unsubscribe_url }}">x</a>', [UNSUBSCRIBE]),
        ('<a href="{{ customer.name }}">x</a>', [EVIL]),
        ('<!-- <a href="https://a.test/x"> --><a href="https://a.test/y">', [t("https://a.test/y")]),
        (
            '<a href="https://a.test/?n={{ customer.odd }}&amp;b=1">x</a>',
            [t("https://a.test/?n=\"<&amp;'&b=1", "https://a.test/?n={}&b=1")],
        ),
        (
            '<a href="{% if true %}https://a.test/1{% else %}https://b.test/2{% endif %}">x</a>',
            [t("https://a.test/1", "{}https://a.test/1{}https://b.test/2{}")],
        ),
        (
            '{% for n in (1..2) %}<a href="https://a.test/{{ n }}">x</a>{% endfor %}',
            [t("https://a.test/1", "https://a.test/{}"), t("https://a.test/2", "https://a.test/{}")],
        ),
    ],
)
def test_links_in_html_lead_where_the_template_says(html: str, targets: list[str]) -> None:
    assert targets_of(html, odd="\"<&amp;'") == targets


def test_what_is_not_tracked_stands_as_it_was_written() -> None:
    html = "<A DATA-HREF=x title='&copy=1' hReF='mailto:a@b.test'>&region;</a>"
    assert filled(compile_html(html)).startswith(html)


@pytest.mark.parametrize("html", ["<body>x</body></html>", "x", "<!-- </body> -->x</BODY >"])
def test_the_pixel_is_the_last_thing_in_the_body(html: str) -> None:
    page = filled(compile_html(html))
    assert page.count("<img") == 1
    images = LexborHTMLParser(page).css("body img")
    assert [image.attributes["src"] for image in images] == ["https://t.example.test/pixel"]


@pytest.mark.parametrize("compile_part", [compile_html, compile_text])
@pytest.mark.parametrize(
    "piece",
    ["<a ", '<a href="', "<a href='https://", "<!--", "<script>", "<", "</a ", "</body  ", "https://", "&region", "{{ ",
     "https://a.test/)", "<a href=https://a.test/ >", "<a =", "<title><"],
)  # fmt: skip
def test_a_template_of_24_kilobytes_is_cut_at_once(compile_part: Callable[[str], BoundTemplate], piece: str) -> None:
    """24 KB of `<a ` took 17 seconds."""
    source = piece * (24_000 // len(piece))
    begun = time.process_time()
    with contextlib.suppress(LiquidError):
        compile_part(source)
    assert time.process_time() - begun < 1.5


_PIECES = st.sampled_from(
    ["<a ", "<area ", "<p ", "<b>", "</a>", "href", "HREF", "data-href", "=", '"', "'", " ", ">", "/", "x", "&amp;",
     "https://a.test/", "<!--", "-->", "--!>", "<!", "<?", "</", "\n", "<a href=", '<a href="', "<", "<style>",
     "</style>"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_hrefs_are_those_that_a_browser_finds(html: str) -> None:
    """An independent parser of HTML is asked for the same."""
    mine = {_read(html[span.start : span.end]) for span in read_markup(html).hrefs}
    theirs = {node.attributes.get("href") or "" for node in LexborHTMLParser(html).css("a[href], area[href]")}
    assert mine == theirs


def _read(value: str) -> str:
    quoted = value if value[:1] in ("'", '"') and len(value) > 1 else f'"{value.replace(chr(34), "&quot;")}"'
    link = LexborHTMLParser(f"<a href={quoted}>").css_first("a")
    return (link.attributes.get("href") or "") if link is not None else ""
