"""Would catch a mail whose headers break out, or arrive as something else than was written."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.content.domain.content import Content, Rendered
from services.campaigns.content.domain.mail import Sender, compose
from services.campaigns.content.domain.templates import render
from tests.unit.campaigns.content.builders import UNSUBSCRIBE, a_filling

HEADERS = {
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


def a_mail(
    rendered: Rendered, *, sender: str = "Büro & Söhne", recipient: str = "ann@example.test"
) -> email.message.EmailMessage:
    raw = compose(
        rendered,
        key=uuid4(),
        sender=Sender("news@shop.example.test", sender),
        recipient=recipient,
        at=datetime(2024, 6, 3, tzinfo=UTC),
        unsubscribe=UNSUBSCRIBE,
    )
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, email.message.EmailMessage)
    return parsed


@given(name=st.text(max_size=200))
def test_no_name_whatever_breaks_out_of_the_subject_or_fails_the_message(name: str) -> None:
    content = Content("Hi {{ customer.name }}", "{{ unsubscribe_url }}")
    parsed = a_mail(render(content, a_filling({"name": name}), marketing=True))
    assert set(parsed.keys()) == HEADERS
    visible = "".join(re.findall(r"\w", name))
    assert "".join(re.findall(r"\w", str(parsed["Subject"]))) == f"Hi{visible}"


@given(st.lists(st.text(alphabet='ab,;:"()<>=?_é🎉', min_size=1, max_size=90), max_size=40).map(" ".join))
def test_a_subject_of_any_length_arrives_as_it_was_written(subject: str) -> None:
    assert str(a_mail(Rendered(subject, "x", None))["Subject"]) == subject


def test_a_long_subject_of_plain_letters_is_folded_and_not_cut() -> None:
    subject = " ".join(["apples and pears"] * 90)
    assert str(a_mail(Rendered(subject, "x", None))["Subject"]) == subject
    assert str(a_mail(Rendered("a" * 2_000, "x", None))["Subject"]) == "a" * 2_000


@pytest.mark.parametrize("name", ["Shop, Inc.", "Shop", 'The "Shop" (Ltd.) \\ Co', "Büro, Söhne & Co", "=?utf-8?q?x?="])
def test_a_sender_is_one_mailbox_whatever_it_is_called(name: str) -> None:
    [mailbox] = a_mail(Rendered("x", "x", None), sender=name)["From"].addresses
    assert (mailbox.display_name, mailbox.addr_spec) == (name, "news@shop.example.test")


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


@given(text=st.text(alphabet=st.sampled_from("ab. =\tä\r\n\x0c\u2028😀") | st.characters(), max_size=300))
def test_a_text_arrives_as_it_was_written_line_by_line(text: str) -> None:
    """Would catch lines that are encoded one by one in another way than all at once: a blank at a line's end, a dot
    alone, a line that is too long."""
    parsed = a_mail(Rendered("x", text, None))
    written = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    arrived = parsed.get_payload(decode=True)
    assert isinstance(arrived, bytes)
    assert arrived.decode().replace("\r\n", "\n").rstrip("\n") == written.rstrip("\n")
