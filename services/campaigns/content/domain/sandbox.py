"""The sandbox in which templates run: Liquid with bounds, our filters, and the tags that cutting puts in."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from functools import partial
from typing import TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import BlockNode, Node
from liquid.exceptions import LiquidError
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EOF, TOKEN_EXPRESSION, TOKEN_TAG, Token

from services.campaigns.content.domain.cutting import Link, cut_html, cut_text
from services.campaigns.content.domain.filters import add_filters

# Of one rendering, under names that no template can speak: where a link leads for this customer, and the pixel.
TRACKED, PIXEL = "\0tracked", "\0pixel"
Track = Callable[[str, str], str]
# No loader and no tags that would use one; counters would outlive a customer.
_FORBIDDEN_TAGS = ("include", "render", "increment", "decrement")
_LONGEST_URL = 2_000


class _Sandbox(Environment):
    # A message is small; these stop a template that would run or grow for ever.
    loop_iteration_limit = 2_000
    local_namespace_limit = 200_000
    output_stream_limit = 500_000
    context_depth_limit = 10
    block_nesting_limit = 10


class _CutSandbox(_Sandbox):
    # A link is one block more than marketing wrote.
    block_nesting_limit = _Sandbox.block_nesting_limit + 1


class CutTemplate(BoundTemplate):
    """A template whose links were cut out."""

    links: tuple[Link, ...] = ()


def _sandbox(*, html: bool, cut: bool) -> Environment:
    environment = (_CutSandbox if cut else _Sandbox)(strict_filters=True, autoescape=html)
    for tag in _FORBIDDEN_TAGS:
        environment.tags.pop(tag, None)
    add_filters(environment)
    if cut:
        environment.template_class = CutTemplate
        environment.add_tag(_TrackedTag)
        environment.add_tag(_PixelTag)
    return environment


class _TrackedNode(Node):
    __slots__ = ("block", "number")

    def __init__(self, token: Token, number: int, block: BlockNode) -> None:
        super().__init__(token)
        self.number = number
        self.block = block
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """The link as it leads for this customer."""
        link: Link = context.template.links[self.number]  # type: ignore[attr-defined]  # of our class
        track: Track = context.globals[TRACKED]  # type: ignore[assignment]
        if link.url is not None:
            target = link.url if len(link.url) > _LONGEST_URL else track(link.url, link.label)
            return buffer.write(html.escape(target) if context.autoescape else target)
        own = context.get_buffer(buffer)
        self.block.render(context, own)
        written = own.getvalue()
        # Everything between the tags was escaped by us, so this is its exact inverse.
        url = (html.unescape(written) if context.autoescape else written).strip()
        if len(url) > _LONGEST_URL or not link.leads_to(url):
            return buffer.write(written)
        target = track(url, link.label)
        return buffer.write(html.escape(target) if context.autoescape else target)

    def children(self, static_context: RenderContext, *, include_partials: bool = True) -> Iterable[Node]:
        """What stands between the tags."""
        yield self.block


class _TrackedTag(Tag):
    name = "tracked"
    end = "endtracked"

    def parse(self, stream: TokenStream) -> Node:
        """`{% tracked n %}…{% endtracked %}`."""
        token = stream.eat(TOKEN_TAG)
        number = int(stream.expect(TOKEN_EXPRESSION).value)
        stream.next()
        block = get_parser(self.env).parse_block(stream, frozenset((self.end, TOKEN_EOF)))
        stream.expect(TOKEN_TAG, value=self.end)
        return _TrackedNode(token, number, block)


class _PixelNode(Node):
    __slots__ = ()

    def __init__(self, token: Token) -> None:
        super().__init__(token)
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """An image that tells of the opening."""
        address = html.escape(str(context.globals[PIXEL]))
        return buffer.write(f'<img src="{address}" width="1" height="1" alt="">')


class _PixelTag(Tag):
    name = "pixel"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        """`{% pixel %}`."""
        return _PixelNode(stream.expect(TOKEN_TAG, value=self.name))


# As marketing writes them, and as they are rendered.
PLAIN, HTML = _sandbox(html=False, cut=False), _sandbox(html=True, cut=False)
_CUT_PLAIN, _CUT_HTML = _sandbox(html=False, cut=True), _sandbox(html=True, cut=True)


def compile_line(source: str) -> BoundTemplate:
    """A template in which nothing is tracked, such as a subject. Raises LiquidError."""
    return PLAIN.from_string(source)


def compile_text(source: str) -> BoundTemplate:
    """A template of running text, cut at its links. Raises LiquidError."""
    # Refused before it is looked at any closer: reading what is no template can take long.
    PLAIN.from_string(source)
    cut = cut_text(source, partial(_parses, PLAIN))
    template = _CUT_PLAIN.from_string(cut.source)
    template.links = cut.links  # type: ignore[attr-defined]  # of our class
    return template


def compile_html(source: str) -> BoundTemplate:
    """A template of HTML, cut at its links. Raises LiquidError."""
    HTML.from_string(source)
    cut = cut_html(source, partial(_parses, HTML))
    template = _CUT_HTML.from_string(cut.source)
    template.links = cut.links  # type: ignore[attr-defined]  # of our class
    return template


def _parses(environment: Environment, piece: str) -> bool:
    try:
        environment.from_string(piece)
    except LiquidError:
        return False
    return True
