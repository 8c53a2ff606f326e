"""Would catch a template that escapes its box, a mail whose headers break out, a link that can be bent."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.content.domain.content import CannotRender, Content, Rendered
from services.campaigns.content.domain.links import Tracked, make_token, read_token, track_html, track_text
from services.campaigns.content.domain.mail import Sender, compose, is_deliverable
from services.campaigns.content.domain.templates import check, render

UNSUBSCRIBE = "https://privacy.example.test/unsubscribe/abc"
SENDER = Sender("news@shop.example.test", "Büro & Söhne")
VALUES = {"customer": {"name": "Ann"}, "event": {}, "campaign": {"name": "x"}, "unsubscribe_url": UNSUBSCRIBE}


def a_mail(rendered: Rendered) -> email.message.EmailMessage:
    raw = compose(
        rendered,
        key=uuid4(),
        sender=SENDER,
        recipient="ann@example.test",
        at=datetime(2024, 6, 3, tzinfo=UTC),
        unsubscribe=UNSUBSCRIBE,
    )
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, email.message.EmailMessage)
    return parsed


def test_a_marketing_template_without_an_unsubscribe_link_is_refused_in_each_part() -> None:
    faults = check(Content("Hi", "Hi", "<p>Hi</p>"), marketing=True)
    assert [fault.part for fault in faults] == ["text", "html"]
    assert check(Content("Hi", "Hi"), marketing=False) == []


def test_a_link_in_a_comment_does_not_count() -> None:
    assert check(Content("Hi", "{% comment %}{{ unsubscribe_url }}{% endcomment %}"), marketing=True)


def test_a_link_that_a_condition_hides_stops_the_message() -> None:
    content = Content("Hi", "{% if customer.vip %}{{ unsubscribe_url }}{% endif %}")
    assert check(content, marketing=True) == []
    with pytest.raises(CannotRender):
        render(content, VALUES, marketing=True)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a\nb {% if %}\n{{ unsubscribe_url }}", 2, "expression"),
        ("a\n\n{{ unsubscribe_url }} {{ secret.key }}", 3, "no 'secret'"),
        ("{{ unsubscribe_url }}\n{{ customer.name | shout }}", 2, "shout"),
        ("{{ unsubscribe_url }}\n{% include 'x' %}", 2, "include"),
    ],
)
def test_a_fault_is_pointed_at_with_its_line(text: str, line: int, what: str) -> None:
    fault = check(Content("Hi", text), marketing=True)[0]
    assert (fault.part, fault.line) == ("text", line)
    assert what in fault.what


@pytest.mark.parametrize(
    "bomb",
    [
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% for i in (1..40) %}{% for j in (1..100) %}{{ customer.name }}{% endfor %}{% endfor %}",
        "{{ customer.name | divided_by: 0 }}",
    ],
)
def test_a_template_that_would_run_for_ever_or_fails_is_stopped(bomb: str) -> None:
    with pytest.raises(CannotRender):
        render(Content("Hi", bomb + "{{ unsubscribe_url }}"), VALUES, marketing=True)


def test_html_escapes_what_customers_are_called() -> None:
    values = {**VALUES, "customer": {"name": "<script>alert(1)</script>"}}
    content = Content("Hi", "{{ unsubscribe_url }}", "<p>{{ customer.name }}</p>{{ unsubscribe_url }}")
    assert "<script>" not in (render(content, values, marketing=True).html or "")


@given(name=st.text(max_size=200))
def test_no_name_whatever_breaks_out_of_the_subject(name: str) -> None:
    content = Content("Hi {{ customer.name }}", "{{ unsubscribe_url }}")
    try:
        rendered = render(content, {**VALUES, "customer": {"name": name}}, marketing=True)
        parsed = a_mail(rendered)
    except CannotRender:
        assert re.search(r"[\x00-\x1f\ud800-\udfff]", name)
        return
    assert set(parsed.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "X-Ledger-Key",
        "MIME-Version",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Content-Type",
        "Content-Transfer-Encoding",
    }


@pytest.mark.parametrize(
    "address",
    ["a@b.test\r\nRCPT TO:<x@y.test>", "a b@c.test", "<a@b.test>", "ä@b.test", "a@", "a@-b.test", "a@b.test>"],
)
def test_an_address_that_could_end_a_command_is_not_deliverable(address: str) -> None:
    assert not is_deliverable(address)


def test_text_and_html_arrive_as_they_were_written() -> None:
    text = "Grüße, Zeile\n.punkt\n" + "lang " * 400
    parsed = a_mail(Rendered("Grüße an Söhne", text, "<p>Grüße</p>"))
    assert parsed["Subject"] == "Grüße an Söhne"
    assert "Büro & Söhne" in parsed["From"]
    assert parsed["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")
    assert html.get_content().strip() == "<p>Grüße</p>"


def test_a_token_says_what_was_put_in_and_nothing_else_does() -> None:
    tracked = Tracked("clicked", uuid4(), uuid4(), uuid4(), "https://shop.example.test/äpfel?u=1")
    token = make_token("key", tracked)
    assert read_token("key", token) == tracked
    assert read_token("another key", token) is None
    assert read_token("key", token[:-2] + ("AA" if token[-2:] != "AA" else "BB")) is None
    assert tracked.link == "https://shop.example.test/äpfel"


@given(st.text(max_size=300))
def test_no_made_up_token_is_read(token: str) -> None:
    assert read_token("key", token) is None


def test_links_are_tracked_and_the_unsubscribe_link_is_left_alone() -> None:
    html = f'<a class="b" href="https://shop.example.test/?a=1&amp;b=2">x</a><a href="{UNSUBSCRIBE}">no more</a></body>'
    seen: list[str] = []

    def tracked(url: str) -> str:
        seen.append(url)
        return "https://t.example.test/t/c/1"

    out = track_html(html, tracked, keep=UNSUBSCRIBE, pixel="https://t.example.test/t/o/1")
    assert seen == ["https://shop.example.test/?a=1&b=2"]
    assert f'href="{UNSUBSCRIBE}"' in out
    assert out.endswith('width="1" height="1" alt=""></body>')
    text = track_text(f"See https://shop.example.test/x. Or {UNSUBSCRIBE}", tracked, keep=UNSUBSCRIBE)
    assert text == f"See https://t.example.test/t/c/1. Or {UNSUBSCRIBE}"
