"""Would catch a template that escapes its box, speaks of what there is not, or prints "None" for it."""

from __future__ import annotations

import pytest

from services.campaigns.content.domain.content import CannotRender, Content
from services.campaigns.content.domain.sandbox import PLAIN
from services.campaigns.content.domain.templates import check, render
from services.campaigns.content.domain.trial import sample_values, try_out
from tests.unit.campaigns.content.builders import FIELDS, TREE, UNSUBSCRIBE, a_filling


def text_of(text: str, customer: dict[str, object] | None = None, event: dict[str, object] | None = None) -> str:
    return render(Content("Hi", text), a_filling(customer, event), marketing=False).text


def test_a_marketing_template_without_an_unsubscribe_link_is_refused_in_each_part() -> None:
    faults = check(Content("Hi", "Hi", "<p>Hi</p>"), marketing=True, tree=TREE)
    assert [fault.part for fault in faults] == ["text", "html"]
    assert check(Content("Hi", "Hi"), marketing=False, tree=TREE) == []


def test_a_link_in_a_comment_of_liquid_does_not_count() -> None:
    commented = Content("Hi", "{% comment %}{{ unsubscribe_url }}{% endcomment %}")
    assert check(commented, marketing=True, tree=TREE)


def test_a_link_that_a_condition_hides_stops_the_message() -> None:
    content = Content("Hi", "{% if customer.vip %}{{ unsubscribe_url }}{% endif %}")
    with pytest.raises(CannotRender):
        render(content, a_filling(), marketing=True)


@pytest.mark.parametrize(
    "html",
    [
        "<p>x</p><!-- {{ unsubscribe_url }} -->",
        "<!-- a --><!-- <a href='{{ unsubscribe_url }}'>no more</a>",
        "<!-- {{ unsubscribe_url }} --><!-- {{ unsubscribe_url }} -->",
    ],
)
def test_a_link_in_a_comment_of_html_does_not_count(html: str) -> None:
    with pytest.raises(CannotRender):
        render(Content("Hi", UNSUBSCRIBE, html), a_filling(), marketing=True)
    beside = Content("Hi", UNSUBSCRIBE, f"{html} --> <a href='{{{{ unsubscribe_url }}}}'>no more</a>")
    assert UNSUBSCRIBE in (render(beside, a_filling(), marketing=True).html or "")


@pytest.mark.parametrize(
    "html",
    [
        "<!-- {{ unsubscribe_url }} -->",
        "<style>{{ unsubscribe_url }}</style>",
        "<p title='{{ unsubscribe_url }}'>x</p>",
    ],
)
def test_a_trial_finds_a_link_that_nobody_can_follow(html: str) -> None:
    content = Content("Hi", "{{ unsubscribe_url }}", html)
    assert [fault.part for fault in try_out(content, {"Ann": a_filling()}, marketing=True)] == ["html"]
    good = Content("Hi", "{{ unsubscribe_url }}", f"{html}<a href='{{{{ unsubscribe_url }}}}'>no more</a>")
    assert try_out(good, {"Ann": a_filling()}, marketing=True) == []


def test_a_trial_with_made_up_values_finds_what_fails_for_everybody() -> None:
    somebody = a_filling(**{name: sample_values(FIELDS)[name] for name in ("customer", "event")})
    content = Content("Hi", "{% for line in event.lines %}{{ line.amount | divided_by: 0 }}{% endfor %}")
    [fault] = try_out(content, {"nobody": a_filling(), "somebody": somebody}, marketing=False)
    assert (fault.part, fault.line) == ("text", 1)
    assert "divide by 0" in fault.what


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a\nb {% if %}\n{{ unsubscribe_url }}", 2, "expression"),
        ("a\n\n{{ unsubscribe_url }} {{ secret.key }}", 3, "no 'secret'"),
        ("{{ unsubscribe_url }}\n{{ customer.name | shout }}", 2, "shout"),
        ("{{ unsubscribe_url }}\n{% include 'x' %}", 2, "include"),
        ("{{ unsubscribe_url }}\n{{ customer.nam }}", 2, "no 'customer.nam'; did you mean customer.name?"),
        ("{{ unsubscribe_url }}{{ customer.first_name }}", 1, "did you mean customer.given_name?"),
        ("{{ unsubscribe_url }}{{ event.nonsense }}", 1, "there are event.amount, event.currency"),
        ("{{ unsubscribe_url }}{{ customer['given-name'] }}", 1, "did you mean customer.given_name?"),
        ("{{ unsubscribe_url }}{{ customer.name.first_name }}", 1, "customer.name has no parts"),
        ("{{ unsubscribe_url }}{% for l in event.lines %}{{ l.product }}{% endfor %}", 1, "l.product_id?"),
        ("{{ unsubscribe_url }}{{ event.lines[0].product }}", 1, "event.lines.product_id?"),
        ("{{ unsubscribe_url }}{% if customr.name %}x{% endif %}", 1, "did you mean customer?"),
    ],
)
def test_a_fault_is_pointed_at_with_its_line_and_the_nearest_name(text: str, line: int, what: str) -> None:
    fault = check(Content("Hi", text), marketing=True, tree=TREE)[0]
    assert (fault.part, fault.line) == ("text", line)
    assert what in fault.what


def test_names_that_exist_are_not_faults() -> None:
    text = """{{ unsubscribe_url }} {{ customer.name.size }} {{ customer[event.currency] }} {{ campaign.name }}
        {% for line in event.lines %}{{ forloop.index }} {{ line.product_id }} {{ line.amount }}{% endfor %}
        {% assign first = event.lines | first %}{{ first.whatever }} {{ event.lines.first.amount }}"""
    assert check(Content("Hi", text), marketing=True, tree=TREE) == []


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
        render(Content("Hi", bomb + "{{ unsubscribe_url }}"), a_filling(), marketing=True)


def test_html_escapes_what_customers_are_called() -> None:
    content = Content("Hi", "{{ unsubscribe_url }}", "<p>{{ customer.name }}</p>{{ unsubscribe_url }}")
    filling = a_filling({"name": "<script>alert(1)</script>"})
    assert "<script>" not in (render(content, filling, marketing=True).html or "")


@pytest.mark.parametrize("name", sorted(PLAIN.filters))
@pytest.mark.parametrize("customer", [{}, {"given_name": None}], ids=["missing", "null"])
def test_no_filter_prints_none_or_fails_for_what_a_customer_does_not_have(
    name: str, customer: dict[str, object]
) -> None:
    printed: list[str] = []
    failed: list[str] = []
    for arguments in ("", ": 1", ": 1, 2", ': "a"', ': "a", "b"', ": event.lines"):
        if name in ("divided_by", "modulo") and '"' in arguments:
            continue
        try:
            text = text_of(f"[{{{{ customer.given_name | {name}{arguments} }}}}]", customer, {"lines": []})
        except CannotRender as error:
            failed.append(str(error))
        else:
            printed.append(text)
    assert printed
    assert not [text for text in printed if "None" in text]
    # Wrong arguments are the template's fault, whatever the customer has.
    assert set(failed) <= {"FilterArgumentError", "FilterItemTypeError", "LiquidTypeError"}


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("{{ customer.given_name | slice: 0, 3 }}|{{ customer.given_name | join: ', ' }}", "|"),
        ("{{ customer.birth_date | date: '%d.%m.%Y' }}|{{ customer.birth_date | day }}", "|"),
        ("{{ event.amount | money: event.currency }}", "1.234,56\xa0€"),
        ("{{ event.amount | money: 'JPY' }}", "123.456\xa0¥"),
        ("{{ event.nothing | money: event.currency }}|{{ event.amount | money: event.nothing }}", "|"),
        ("{{ event.time | date: '%H:%M' }} {{ event.time | day: 'long' }}", "00:30 4. Juni 2024"),
        ("{{ event.day | date: '%d.%m.%Y' }} {{ event.day | day }}", "29.02.2024 29.02.2024"),
        ("{{ 'now' | date: '%Y-%m-%d %H:%M' }}", "2024-06-04 00:30"),
        ("{{ 'soon' | date: '%Y' }}", "soon"),
    ],
)
def test_money_and_days_are_written_as_the_customer_does(text: str, printed: str) -> None:
    event = {"amount": 123_456, "currency": "EUR", "time": "2024-06-03T22:30:00+00:00", "day": "2024-02-29"}
    assert text_of(text, event=event) == printed


def test_a_basket_is_looped_over() -> None:
    lines = [{"product_id": "apples", "amount": 199}, {"product_id": "pears", "amount": 249}]
    text = "{% for line in event.lines %}{{ line.product_id }} {{ line.amount | money: 'EUR' }}; {% endfor %}"
    assert text_of(text, event={"lines": lines}) == "apples 1,99\xa0€; pears 2,49\xa0€; "


def test_a_tab_or_line_break_in_a_name_is_a_space_in_the_subject() -> None:
    rendered = render(Content("Hi {{ customer.name }}!", "x"), a_filling({"name": "Ann\r\n\tB\x00"}), marketing=False)
    assert rendered.subject == "Hi Ann  B!"
