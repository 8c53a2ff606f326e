"""Liquid templates: checked when they are saved, compiled once, rendered for each customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from liquid import BoundTemplate
from liquid.exceptions import LiquidError, ResourceLimitError

from services.campaigns.content.domain.content import CannotRender, Content, Fault, Rendered
from services.campaigns.content.domain.filters import LANGUAGE, NOW, ZONE
from services.campaigns.content.domain.names import UNSUBSCRIBE, Tree, unknown_names
from services.campaigns.content.domain.sandbox import (
    HTML,
    PIXEL,
    PLAIN,
    TRACKED,
    Track,
    compile_html,
    compile_line,
    compile_text,
)

# The reason of letters that would take too much of the machine.
LIMITS = "template-limits"
# A tab or a line break in somebody's name is a space in a subject; other control characters are nothing there.
_ONE_LINE = dict.fromkeys((*range(32), 127)) | dict.fromkeys((*range(9, 14), *range(28, 32), 133, 8232, 8233), " ")


@dataclass(frozen=True, slots=True)
class Values:
    """What a message is filled with: the names of `shown` are those that templates speak of."""

    shown: Mapping[str, object]
    unsubscribe: str
    track: Track
    pixel: str
    now: datetime
    zone: str | None = None
    language: str | None = None

    def of_rendering(self) -> dict[str, object]:
        """As Liquid is given them."""
        return {
            **self.shown,
            UNSUBSCRIBE: self.unsubscribe,
            TRACKED: self.track,
            PIXEL: self.pixel,
            NOW: self.now,
            ZONE: self.zone,
            LANGUAGE: self.language,
        }


@dataclass(frozen=True, slots=True)
class _Compiled:
    subject: BoundTemplate
    text: BoundTemplate
    html: BoundTemplate | None


def check(content: Content, *, marketing: bool, tree: Tree) -> list[Fault]:
    """Everything wrong with how these templates are written; `tree` are the names that they may use."""
    faults: list[Fault] = []
    if any(ord(character) < 32 for character in content.subject):
        faults.append(Fault("subject", 1, "the subject must be one line without control characters"))
    parts = [("subject", content.subject), ("text", content.text)]
    if content.html is not None:
        parts.append(("html", content.html))
    for part, source in parts:
        faults += _check_part(part, source, tree, needs_link=marketing and part != "subject")
    return faults


def render(content: Content, values: Values, *, marketing: bool) -> Rendered:
    """The message for one customer. Raises CannotRender, also for a marketing message that lost its unsubscribe link
    (by a condition around it, for example)."""
    given = values.of_rendering()
    try:
        compiled = _compile(content)
    except (LiquidError, RecursionError) as error:
        raise CannotRender(type(error).__name__) from error
    subject = _rendered("subject", compiled.subject, given)
    text = _rendered("text", compiled.text, given)
    html = _rendered("html", compiled.html, given) if compiled.html is not None else None
    link = values.unsubscribe
    if marketing and link not in text:
        raise CannotRender("no unsubscribe link", part="text")
    if marketing and html is not None and not _is_read(html, link):
        raise CannotRender("no unsubscribe link", part="html")
    return Rendered(subject.translate(_ONE_LINE).strip(), text, html)


def _rendered(part: str, template: BoundTemplate, given: Mapping[str, object]) -> str:
    try:
        return template.render(**given)
    except MemoryError:
        raise CannotRender("too much memory", LIMITS, part=part) from None
    except LiquidError as error:
        reason = LIMITS if isinstance(error, ResourceLimitError) else "template"
        raise CannotRender(type(error).__name__, reason, part=part, line=_line_of(error)) from error
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise CannotRender(type(error).__name__, part=part) from error


@lru_cache(maxsize=256)
def _compile(content: Content) -> _Compiled:
    return _Compiled(
        compile_line(content.subject),
        compile_text(content.text),
        compile_html(content.html) if content.html is not None else None,
    )


def _check_part(part: str, source: str, tree: Tree, *, needs_link: bool) -> list[Fault]:
    environment = HTML if part == "html" else PLAIN
    try:
        template = environment.from_string(source)
        analysis = template.analyze()
    except LiquidError as error:
        return [Fault(part, _line_of(error, source.count("\n") + 1), str(error.message))]
    except RecursionError:
        return [Fault(part, 1, "it is nested too deeply")]
    faults = [
        Fault(part, _line_at(source, unknown.index), f"there is no {unknown.name!r}; {unknown.instead}")
        for unknown in unknown_names(template, tree)
    ]
    faults += [
        Fault(part, _line_at(source, spans[0].index), f"there is no filter {name!r}")
        for name, spans in analysis.filters.items()
        if name not in environment.filters
    ]
    if needs_link and UNSUBSCRIBE not in analysis.globals:
        faults.append(Fault(part, 1, "a marketing message needs {{ unsubscribe_url }}"))
    return faults


def _is_read(html: str, link: str) -> bool:
    """Whether the link stands outside of comments at least once. Values are escaped: no comment begins or ends in
    one."""
    place = html.find(link)
    while place >= 0:
        if html.rfind("<!--", 0, place) <= html.rfind("-->", 0, place):
            return True
        # Inside a comment: on behind its end.
        end = html.find("-->", place)
        place = html.find(link, end) if end >= 0 else -1
    return False


def _line_of(error: LiquidError, unknown: int = 0) -> int:
    try:
        context = error.context()
    except ValueError:
        context = None
    return context[0] if context is not None else unknown


def _line_at(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1
