"""The segment language: JSON in, a checked tree out, and its canonical form."""

from services.analytics.segments.domain.language.canonical import key_of, write
from services.analytics.segments.domain.language.nodes import Node
from services.analytics.segments.domain.language.parsing import parse
from services.analytics.segments.domain.language.reading import InvalidDefinition, Problem
from services.analytics.segments.domain.language.references import leaves_of, order_of, references_of, referred

__all__ = [
    "InvalidDefinition", "Node", "Problem", "key_of", "leaves_of", "order_of", "parse", "references_of", "referred",
    "write",
]  # fmt: skip
