"""Words and examples that a service's document gets beside what its models say themselves.

A field is called the same wherever it means the same, so it is described once for the whole service; where it means
something else in one model, that model has words of its own (`Model.field`, or the field's own description).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """`fields`: what a field, or a model's field, is. `examples`: a body of an operation, by method and path."""

    fields: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)


def add_words(document: dict[str, Any], words: Words) -> None:
    """Fields without a description get one, operations with a body an example. Raises KeyError for an example of an
    operation that there is not."""
    for model, schema in document.get("components", {}).get("schemas", {}).items():
        # The same for all services, and shared by their documents.
        for name, shape in schema.get("properties", {}).items() if model != "Problem" else ():
            told = words.fields.get(f"{model.partition('-')[0]}.{name}") or words.fields.get(name)
            if told is not None and "description" not in shape:
                shape["description"] = told
    for operation, example in words.examples.items():
        method, path = operation.split(" ")
        content = document["paths"][path][method.lower()]["requestBody"]["content"]
        content["application/json"]["example"] = example
