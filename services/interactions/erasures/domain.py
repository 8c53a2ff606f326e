"""Whom the bytes of a dead letter are about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.contracts.inbound import CustomerRef

_REF = TypeAdapter(CustomerRef)


def reference_in(value: bytes) -> CustomerRef | None:
    """Whom these bytes, an event or a publisher's message that was refused, name; None when that cannot be read.

    What was refused may be the reference itself: each name that can be read counts, whatever stands beside it.
    """
    try:
        body = orjson.loads(value)
        if "subject" in body:
            return CustomerRef(customer_id=UUID(body["subject"]))
        customer = dict(body["message"]["customer"])
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        return None
    names = {name: read for name, said in customer.items() if (read := _name_in(name, said)) is not None}
    return CustomerRef(**names) if names else None


def _name_in(name: str, said: Any) -> Any:
    try:
        return getattr(_REF.validate_json(orjson.dumps({name: said}), strict=True), name)
    except (ValidationError, TypeError, AttributeError):
        return None
