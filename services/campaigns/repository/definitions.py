"""Campaign definitions and policies as JSON: what lies in the database is what the domain's classes say."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import TypeAdapter

from services.campaigns.domain.campaign import Definition, Policy

_DEFINITION: TypeAdapter[Definition] = TypeAdapter(Definition)
_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)


def dump_definition(definition: Definition) -> str:
    """JSON text."""
    return _DEFINITION.dump_json(definition).decode()


def load_definition(stored: Any) -> Definition:
    """The definition in a jsonb value."""
    return _DEFINITION.validate_json(orjson.dumps(stored))


def dump_policy(policy: Policy) -> str:
    """JSON text."""
    return _POLICY.dump_json(policy).decode()


def load_policy(stored: Any) -> Policy:
    """The policy in a jsonb value."""
    return _POLICY.validate_json(orjson.dumps(stored))
