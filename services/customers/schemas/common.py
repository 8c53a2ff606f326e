"""Types that the doors of customers share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StringConstraints

Code = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
AttributeText = Annotated[str, StringConstraints(max_length=1_000)]
AttributeValue = AttributeText | StrictInt | StrictFloat | StrictBool | list[AttributeText] | None
Attributes = Annotated[dict[AttributeName, AttributeValue], Field(max_length=100)]


class Strict(BaseModel):
    """What comes in: an unknown field is refused, no number is infinite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(frozen=True)
