"""Parses a definition: a JSON tree of `all`, `any`, `not` over leaves."""

from collections.abc import Callable, Mapping
from typing import Any

from services.analytics.segments.domain.catalogue import Catalogue
from services.analytics.segments.domain.language.events import read_event, read_sequence
from services.analytics.segments.domain.language.leaves import (
    read_attribute,
    read_bucket,
    read_consent,
    read_list,
    read_score,
    read_segment,
)
from services.analytics.segments.domain.language.nodes import All, AnyOf, Leaf, Node, Not
from services.analytics.segments.domain.language.reading import InvalidDefinition, Reader, listing, name_of

DEEPEST = 8
MOST_LEAVES = 50

LEAVES: Mapping[str, Callable[[Reader, dict[str, Any], str], Leaf | None]] = {
    "attr": read_attribute,
    "score": read_score,
    "event": read_event,
    "sequence": read_sequence,
    "segment": read_segment,
    "consent": read_consent,
    "list": read_list,
    "bucket": read_bucket,
}
"""Each leaf by the key that marks it. New kinds of leaf (geo, relation) join here."""


def parse(raw: object, catalogue: Catalogue) -> Node:
    """The checked tree of a definition; raises InvalidDefinition with all problems found."""
    reader = Reader(catalogue)
    if isinstance(raw, dict) and "v" in raw:
        if raw["v"] != 1 or isinstance(raw["v"], bool):
            reader.wrong("/v", "unknown version of the language", "write 1, or leave it out")
        raw = {key: value for key, value in raw.items() if key != "v"}
    node = _node(reader, raw, "", 1)
    if reader.leaves > MOST_LEAVES:
        reader.wrong("", f"{reader.leaves} leaves, but {MOST_LEAVES} are possible", "split it and refer to segments")
    if reader.problems or node is None:
        raise InvalidDefinition(reader.problems)
    return node


def _node(reader: Reader, raw: object, path: str, depth: int) -> Node | None:
    if depth > DEEPEST:
        reader.wrong(path, f"nested deeper than {DEEPEST}", "flatten the tree, or refer to another segment")
        return None
    if not isinstance(raw, dict):
        reader.wrong(
            path, f"expected an object, found {name_of(raw)}", f"write one of {listing(['all', 'any', 'not', *LEAVES])}"
        )
        return None
    if "all" in raw or "any" in raw:
        return _branch(reader, raw, path, depth)
    if "not" in raw:
        body = reader.mapping(raw, path, ["not"])
        child = None if body is None else _node(reader, body["not"], f"{path}/not", depth + 1)
        return None if child is None else Not(child)
    return _leaf(reader, raw, path)


def _branch(reader: Reader, raw: dict[str, Any], path: str, depth: int) -> Node | None:
    word = "all" if "all" in raw else "any"
    body = reader.mapping(raw, path, [word])
    # More entries than leaves cannot be right, and are not worth reading.
    items = None if body is None else reader.items(body[word], f"{path}/{word}", 0, MOST_LEAVES)
    found = [_node(reader, item, f"{path}/{word}/{index}", depth + 1) for index, item in enumerate(items or [])]
    children = tuple(child for child in found if child is not None)
    if items is None or len(children) != len(items):
        return None
    return All(children) if word == "all" else AnyOf(children)


def _leaf(reader: Reader, raw: dict[str, Any], path: str) -> Leaf | None:
    reader.leaves += 1
    marks = [key for key in LEAVES if key in raw]
    if len(marks) != 1:
        what = "no known kind of leaf" if not marks else f"{listing(marks)} in one leaf"
        reader.wrong(path, what, f"write exactly one of {listing(['all', 'any', 'not', *LEAVES])}")
        return None
    return LEAVES[marks[0]](reader, raw, path)
