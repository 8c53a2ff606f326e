"""Cut a template at its links, once, before it is rendered for anybody.

Only what stands in the template is a link of ours: whatever a customer is called, it leads nowhere through us.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from liquid.lex import compile_liquid_rules
from liquid.token import TOKEN_CONTENT, TOKEN_OUTPUT
from selectolax.lexbor import LexborHTMLParser

from services.campaigns.content.domain.markup import Span, read_markup

# In the flat form of a template an output statement, and any tag, is a run of these: no text may hold such characters.
_OUTPUT, _TAG = "\ufdd0", "\ufdd1"
_RULES = compile_liquid_rules()
_HOLES = re.compile(f"[{_OUTPUT}{_TAG}]+")
_ORIGIN = re.compile(rf"https?://[^/?#\\\s{_OUTPUT}{_TAG}]+", re.IGNORECASE)
# What may be part of a link in running text; quotation marks of any language and angle brackets end it.
_IN_TEXT = re.compile(r"https?://[^\s<>\"„“”«»‹›‚‘’`]+", re.IGNORECASE)
_AFTER_A_LINK = frozenset(".,;:!?'*_~")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_LONGEST_LABEL = 300


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a template. `url` is its target when nothing in it depends on the customer; `label` names it in
    reports, with {} for what does. Rendered targets are followed only to `origins`, which stand in the template."""

    label: str
    origins: frozenset[str]
    url: str | None

    def leads_to(self, url: str) -> bool:
        """Whether a rendered target leads where the template says."""
        origin = _ORIGIN.match(url)
        return origin is not None and origin[0].lower() in self.origins


@dataclass(frozen=True, slots=True)
class Cut:
    """A template in which each link is wrapped in `{% tracked n %}`, n being its place in `links`."""

    source: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    span: Span
    new: str


Parses = Callable[[str], bool]


def cut_text(source: str, parses: Parses) -> Cut:
    """The links of running text. `parses` says whether a piece is a template by itself: only such can be wrapped."""
    # What is captured may become a piece of a link elsewhere.
    flat = flattened(source, blank=("comment", "capture"))
    return _cut(source, flat, _links_in_text(source, flat, parses), parses, _as_text, "{}")


def cut_html(source: str, parses: Parses) -> Cut:
    """The links of HTML, and `{% pixel %}` at the end of its body."""
    flat = flattened(source)
    markup = read_markup(flat)
    end = markup.body_end if markup.body_end is not None else len(source)
    pixel = _Edit(Span(end, end), "{% pixel %}")
    return _cut(source, flat, markup.hrefs, parses, _as_html, '"{}"', pixel)


def flattened(source: str, *, blank: tuple[str, ...] = ("comment",)) -> str:
    """The template with all Liquid blanked, so that places stay: one kind of blank for output, one for tags and for
    what stands in the blocks named by `blank`."""
    parts: list[str] = []
    inside = dict.fromkeys(blank, 0)
    for match in _RULES.finditer(source):
        name = (match.group("name") or "") if match.lastgroup == "TAG" else ""
        if name in inside:
            inside[name] += 1
        elif name.removeprefix("end") in inside:
            inside[name.removeprefix("end")] = max(0, inside[name.removeprefix("end")] - 1)
        if any(inside.values()) or match.lastgroup not in (TOKEN_CONTENT, TOKEN_OUTPUT):
            parts.append(_TAG * len(match[0]))
        elif match.lastgroup == TOKEN_OUTPUT:
            parts.append(_OUTPUT * len(match[0]))
        else:
            parts.append(_HOLES.sub(lambda odd: " " * len(odd[0]), match[0]))
    return "".join(parts)


def _cut(
    source: str,
    flat: str,
    spans: Iterable[Span],
    parses: Parses,
    read: Callable[[str], tuple[str, str]],
    frame: str,
    *others: _Edit,
) -> Cut:
    """`read` gives a literal piece as it is meant, and as it is to be written between the tags."""
    links: list[Link] = []
    edits = list(others)
    for span in spans:
        inner = Span(span.start + 1, span.end - 1) if flat[span.start : span.start + 1] in ("'", '"') else span
        origins = frozenset(origin.lower() for origin in _ORIGIN.findall(flat, inner.start, inner.end))
        if not origins:
            continue
        pieces = list(_pieces(source, flat, inner))
        if any(hole for _, hole in pieces) and not parses(source[inner.start : inner.end]):
            continue
        meant = [("{}", piece) if hole else read(piece) for piece, hole in pieces]
        label = "".join(plain for plain, _ in meant).strip()
        constant = all(not hole for _, hole in pieces)
        written = "".join(text for _, text in meant)
        edits.append(_Edit(span, frame.format(f"{{% tracked {len(links)} %}}{written}{{% endtracked %}}")))
        links.append(Link(label[:_LONGEST_LABEL], origins, label if constant else None))
    return Cut(_edited(source, edits), tuple(links))


def _pieces(source: str, flat: str, span: Span) -> Iterator[tuple[str, bool]]:
    """What lies in the span, piece by piece: text as it is written, and (True) Liquid."""
    place = span.start
    for hole in _HOLES.finditer(flat, span.start, span.end):
        if hole.start() > place:
            yield source[place : hole.start()], False
        yield source[hole.start() : hole.end()], True
        place = hole.end()
    if place < span.end:
        yield source[place : span.end], False


def _edited(source: str, edits: Iterable[_Edit]) -> str:
    parts: list[str] = []
    place = 0
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        parts += (source[place : edit.span.start], edit.new)
        place = edit.span.end
    return "".join((*parts, source[place:]))


def _as_text(piece: str) -> tuple[str, str]:
    return piece, piece


def _as_html(piece: str) -> tuple[str, str]:
    """By the rules for attributes, by which `&region` and `&copy=1` stay as they are. Line breaks fall out of URLs."""
    quoted = piece.replace('"', "&quot;")
    link = LexborHTMLParser(f'<a href="{quoted}">').css_first("a")
    plain = re.sub(r"[\t\n\r]", "", (link.attributes["href"] if link is not None else None) or "")
    return plain, html.escape(plain)


def _links_in_text(source: str, flat: str, parses: Parses) -> Iterator[Span]:
    for match in _IN_TEXT.finditer(flat):
        span = Span(match.start(), match.start() + _trimmed(match[0]))
        hole = flat.find(_TAG, span.start, span.end)
        if hole >= 0 and not parses(source[span.start : span.end]):
            # The end of a condition around the link, most likely; but what follows may belong to the link.
            if flat[hole : span.end].replace(_TAG, "").strip("".join(_AFTER_A_LINK)):
                continue
            span = Span(span.start, span.start + _trimmed(flat[span.start : hole]))
        yield span


def _trimmed(run: str) -> int:
    """The length without the punctuation after a link; a closing bracket belongs to it when it was opened inside."""
    opened = {closing: run.count(opening) - run.count(closing) for closing, opening in _BRACKETS.items()}
    end = len(run)
    while end:
        last = run[end - 1]
        if opened.get(last, 0) < 0:
            opened[last] += 1
        elif last not in _AFTER_A_LINK:
            break
        end -= 1
    return end
