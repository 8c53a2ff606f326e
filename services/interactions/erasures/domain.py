"""Whom the bytes of a dead letter are about."""

from __future__ import annotations

from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.contracts.inbound import CustomerRef

_REF = TypeAdapter(CustomerRef)


def reference_in(value: bytes) -> CustomerRef | None:
    """Whom these bytes, an event or a publisher's message that was refused, name; None when that cannot be read."""
    try:
        body = orjson.loads(value)
        if "subject" in body:
            return CustomerRef(customer_id=UUID(body["subject"]))
        return _REF.validate_json(orjson.dumps(body["message"]["customer"]), strict=True)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        return None
