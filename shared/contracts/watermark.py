"""The watermark record: up to which instant a service's topics are complete. It is no event."""

from __future__ import annotations

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from shared.contracts.envelope import Unreadable


class Watermark(BaseModel):
    """Every event that `service` recorded at or before `until` (business time) is on its topics."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: str
    until: AwareDatetime

    def to_bytes(self) -> bytes:
        """As it is on the topic (UTF-8 JSON)."""
        return orjson.dumps(self.model_dump())


def read_watermark(raw: bytes | None) -> Watermark:
    """The watermark in a record's value. Raises Unreadable."""
    try:
        return Watermark.model_validate_json(raw or b"")
    except ValidationError as error:
        raise Unreadable(str(error)) from error
