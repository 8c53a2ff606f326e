"""Campaign definitions, stored as the JSON of the domain's classes."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import TypeAdapter

from services.campaigns.campaigns.domain.campaign import Definition

_DEFINITION: TypeAdapter[Definition] = TypeAdapter(Definition)


def dump_definition(definition: Definition) -> str:
    """The definition as JSON text."""
    return _DEFINITION.dump_json(definition).decode()


def load_definition(stored: Any) -> Definition:
    """The definition in a jsonb value."""
    return _DEFINITION.validate_json(orjson.dumps(stored))
