"""Liquid templates: sandboxed, with limits, checked when they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from liquid import Environment
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate

from services.campaigns.content.domain.content import CannotRender, Content, Rendered

# What a template may speak of.
VARIABLES = frozenset({"customer", "event", "campaign", "unsubscribe_url"})
UNSUBSCRIBE = "unsubscribe_url"
# No loader and no tags that would use one.
_FORBIDDEN_TAGS = ("include", "render", "increment", "decrement")


class _Sandbox(Environment):
    # A message is small; these stop a template that would run or grow for ever.
    loop_iteration_limit = 2_000
    local_namespace_limit = 200_000
    output_stream_limit = 500_000
    context_depth_limit = 10
    block_nesting_limit = 10


def _sandbox(*, html: bool) -> Environment:
    environment = _Sandbox(strict_filters=True, autoescape=html)
    for tag in _FORBIDDEN_TAGS:
        environment.tags.pop(tag, None)
    return environment


_PLAIN = _sandbox(html=False)
_HTML = _sandbox(html=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a template: in which part (subject, text, html), where and what."""

    part: str
    line: int
    what: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    subject: BoundTemplate
    text: BoundTemplate
    html: BoundTemplate | None


def check(content: Content, *, marketing: bool) -> list[Fault]:
    """Everything wrong with these templates; an empty list means that they may be sent."""
    faults: list[Fault] = []
    if any(ord(character) < 32 for character in content.subject):
        faults.append(Fault("subject", 1, "the subject must be one line without control characters"))
    parts = [("subject", _PLAIN, content.subject), ("text", _PLAIN, content.text)]
    if content.html is not None:
        parts.append(("html", _HTML, content.html))
    for part, environment, source in parts:
        faults += _check_part(part, environment, source, needs_link=marketing and part != "subject")
    return faults


def render(content: Content, values: Mapping[str, object], *, marketing: bool) -> Rendered:
    """The message for one customer. Raises CannotRender, also for a marketing message that lost its unsubscribe link
    (by a condition around it, for example)."""
    compiled = _compile(content)
    try:
        subject = compiled.subject.render(**values).strip()
        text = compiled.text.render(**values)
        html = compiled.html.render(**values) if compiled.html is not None else None
    except (LiquidError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise CannotRender(type(error).__name__) from error
    link = str(values[UNSUBSCRIBE])
    if marketing and (link not in text or (html is not None and link not in html)):
        raise CannotRender("no unsubscribe link")
    if any(ord(character) < 32 for character in subject):
        raise CannotRender("control characters in the subject")
    return Rendered(subject, text, html)


@lru_cache(maxsize=256)
def _compile(content: Content) -> _Compiled:
    return _Compiled(
        _PLAIN.from_string(content.subject),
        _PLAIN.from_string(content.text),
        _HTML.from_string(content.html) if content.html is not None else None,
    )


def _check_part(part: str, environment: Environment, source: str, *, needs_link: bool) -> list[Fault]:
    try:
        analysis = environment.from_string(source).analyze()
    except LiquidError as error:
        return [Fault(part, _line_of(error, source), str(error.message))]
    faults = [
        Fault(part, _line_at(source, places[0].span.index), f"there is no {name!r}; there are {_NAMES}")
        for name, places in analysis.globals.items()
        if name not in VARIABLES
    ]
    faults += [
        Fault(part, _line_at(source, spans[0].index), f"there is no filter {name!r}")
        for name, spans in analysis.filters.items()
        if name not in environment.filters
    ]
    if needs_link and UNSUBSCRIBE not in analysis.globals:
        faults.append(Fault(part, 1, "a marketing message needs {{ unsubscribe_url }}"))
    return faults


_NAMES = ", ".join(sorted(VARIABLES))


def _line_of(error: LiquidError, source: str) -> int:
    try:
        context = error.context()
    except ValueError:
        context = None
    return context[0] if context is not None else source.count("\n") + 1


def _line_at(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1
