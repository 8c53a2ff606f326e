"""A letter written on trial: with made-up values, and for somebody of whom nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from services.campaigns.content.domain.content import CannotRender, Content, Fault, Rendered
from services.campaigns.content.domain.names import TemplateField
from services.campaigns.content.domain.templates import Values, render

# By type of field; anything else is text.
_SAMPLES: Mapping[str, object] = {
    "integer": 12,
    "number": 1.5,
    "amount": 1999,
    "currency": "EUR",
    "boolean": True,
    "date": "2000-02-29",
    "moment": "2024-02-29T12:00:00+00:00",
    "texts": ["Sample"],
    "language": "en",
    "time_zone": "Europe/Berlin",
}


def sample_values(fields: Iterable[TemplateField]) -> dict[str, Any]:
    """Something for every field."""
    root: dict[str, Any] = {}
    for field in fields:
        branch = root
        *steps, last = field.path.split(".")
        for step in steps:
            if step.endswith("[]"):
                items = branch.setdefault(step.removesuffix("[]"), [{}])
                branch = items[0]
            else:
                branch = branch.setdefault(step, {})
        branch[last] = _SAMPLES.get(field.type, "Sample")
    return root


def try_out(content: Content, trials: Mapping[str, Values], *, marketing: bool) -> list[Fault]:
    """What goes wrong for any of these, which are named by whom they stand for; each fault once."""
    faults: dict[tuple[str, str], Fault] = {}
    for who, values in trials.items():
        try:
            rendered = render(content, values, marketing=marketing)
        except CannotRender as error:
            fault = Fault(error.part or "text", error.line or 1, f"{_why(error)}, {who}")
        else:
            if not marketing or _can_be_followed(rendered, values.unsubscribe):
                continue
            fault = Fault("html", 1, f"nobody who reads it sees the unsubscribe link, {who}")
        faults.setdefault((fault.part, fault.what.rpartition(", ")[0]), fault)
    return list(faults.values())


def _why(error: CannotRender) -> str:
    """These values are nobody's, so the template's own complaint may be told."""
    cause = error.__cause__
    return str(getattr(cause, "message", None) or error)


def _can_be_followed(rendered: Rendered, link: str) -> bool:
    if rendered.html is None:
        return True
    page = LexborHTMLParser(rendered.html)
    if any((node.attributes.get("href") or "").strip() == link for node in page.css("a, area")):
        return True
    page.strip_tags(["script", "style", "title", "textarea", "template"])
    return page.body is not None and link in page.body.text()
