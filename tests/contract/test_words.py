"""Every field of every service says what it is, and every body has an example."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.crm.documents import document_of
from services.registry import SERVICES
from shared.web.words import Words, add_words

# Of the kernel, which documents itself.
_KERNEL = ("Page_", "DeadLetter", "Replay", "Repair", "Note", "Problem")


def _schema(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_field_says_what_it_is(service: str) -> None:
    """Catches a new field of which nobody says what it is: describe it in its model, or in the service's words.py."""
    document = orjson.loads(document_of(service))
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        if not name.startswith(_KERNEL)
        for field, shape in schema.get("properties", {}).items()
        if "description" not in shape and "const" not in shape and "$ref" not in shape
    ]
    assert silent == []


@pytest.mark.parametrize("service", ["interactions", "campaigns", "privacy", "customers"])
def test_every_body_has_an_example(service: str) -> None:
    """Catches an operation that nobody can try without reading its model."""
    document = orjson.loads(document_of(service))
    bare = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None or path.startswith("/dead-letters"):
                continue
            schema = _schema(document, content.get("schema", {}))
            # Of a body of one field or two, the fields' own examples are one of the body.
            fields = [schema.get("properties", {}).get(name, {}) for name in schema.get("required", [])]
            whole = schema.get("examples") or content.get("examples") or content.get("example")
            if not whole and not (fields and all("examples" in field for field in fields)):
                bare.append(f"{method.upper()} {path}")
    assert bare == []


def test_an_example_of_an_operation_that_there_is_not_is_found() -> None:
    """Catches an example that stays when its operation is renamed."""
    with pytest.raises(KeyError):
        add_words({"paths": {}}, Words(examples={"POST /gone": {}}))
