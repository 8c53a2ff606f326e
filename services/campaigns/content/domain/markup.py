"""Find what matters in the HTML of a template, with its places: hrefs, the body's end, what no reader sees.

Follows the tokenizer of the HTML standard as far as places of attributes depend on it. One pass, linear in the length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Za-z][^\t\n\f\r />]*")
_SPACE = re.compile(r"[\t\n\f\r /]*")
_ATTRIBUTE = re.compile(r"=?[^\t\n\f\r />=]*")
_EQUALS = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_UNQUOTED = re.compile(r"[^\t\n\f\r >]*")
_COMMENT_END = re.compile(r"--!?>")
# Their content is text to the tokenizer, whatever it looks like. Nobody reads it in a mail.
_UNREAD = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
_END_TAGS = {name: re.compile(rf"</{name}[\t\n\f\r />]", re.IGNORECASE) for name in _UNREAD}
_LINKS = frozenset({"a", "area"})


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to `end`, which is not part of it."""

    start: int
    end: int

    def holds(self, place: int) -> bool:
        """Whether it contains that place."""
        return self.start <= place < self.end


@dataclass(slots=True)
class Markup:
    """`hrefs` are the values of links, quotes included where there are any; `unread` what stands in comments, scripts,
    styles and the like; `body_end` the place of `</body`."""

    hrefs: list[Span] = field(default_factory=list)
    unread: list[Span] = field(default_factory=list)
    body_end: int | None = None


def read_markup(html: str) -> Markup:
    """What this HTML holds. A tag or comment that never ends goes on to the end, as in a browser."""
    found = Markup()
    place = 0
    while (start := html.find("<", place)) >= 0:
        place = _one(html, start, found)
    return found


def _one(html: str, start: int, found: Markup) -> int:
    """Read what begins at this `<`; returns where reading goes on."""
    if html.startswith("<!--", start):
        end = _end_of_comment(html, start + 4)
    elif html.startswith(("<!", "<?"), start):
        end = _after(html, ">", start)
    elif html.startswith("</", start):
        name = _NAME.match(html, start + 2)
        if name is None:
            end = _after(html, ">", start)
        else:
            if found.body_end is None and name[0].lower() == "body":
                found.body_end = start
            return _attributes(html, name.end(), None)
    else:
        return _start_tag(html, start, found)
    found.unread.append(Span(start, end))
    return end


def _start_tag(html: str, start: int, found: Markup) -> int:
    match = _NAME.match(html, start + 1)
    if match is None:
        return start + 1
    name = match[0].lower()
    hrefs: list[Span] = []
    end = _attributes(html, match.end(), hrefs)
    if end > len(html):
        # The end of the input inside a tag: there is no such tag.
        return end
    if name in _LINKS:
        # Of several attributes of one name the first counts.
        found.hrefs += hrefs[:1]
    elif name in _UNREAD:
        closing = _END_TAGS[name].search(html, end)
        stop = closing.start() if closing else len(html)
        found.unread.append(Span(end, stop))
        return stop
    return end


def _attributes(html: str, place: int, hrefs: list[Span] | None) -> int:
    """Reads up to the tag's `>`; returns the place after it, or one beyond the input when it never comes."""
    never = len(html) + 1
    while True:
        place = _end(_SPACE, html, place)
        if place >= len(html):
            return never
        if html[place] == ">":
            return place + 1
        name = _ATTRIBUTE.match(html, place)
        assert name is not None, "it matches nothing as well"
        place = name.end()
        equals = _EQUALS.match(html, place)
        if equals is None:
            # Also keeps a repeated `href` without a value from hiding a later one: its value is empty, and counts.
            _note(name[0], Span(place, place), hrefs)
            continue
        place = equals.end()
        value = _value(html, place)
        if value is None:
            return never
        _note(name[0], value, hrefs)
        place = value.end


def _value(html: str, place: int) -> Span | None:
    if html[place : place + 1] in ('"', "'"):
        closing = html.find(html[place], place + 1)
        return None if closing < 0 else Span(place, closing + 1)
    return Span(place, _end(_UNQUOTED, html, place))


def _note(name: str, value: Span, hrefs: list[Span] | None) -> None:
    if hrefs is not None and name.lower() == "href":
        hrefs.append(value)


def _end_of_comment(html: str, place: int) -> int:
    for abrupt in (">", "->"):
        if html.startswith(abrupt, place):
            return place + len(abrupt)
    closing = _COMMENT_END.search(html, place)
    return closing.end() if closing else len(html)


def _after(html: str, what: str, place: int) -> int:
    found = html.find(what, place)
    return len(html) if found < 0 else found + 1


def _end(pattern: re.Pattern[str], html: str, place: int) -> int:
    match = pattern.match(html, place)
    return match.end() if match else place
