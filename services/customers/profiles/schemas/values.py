"""The types of codes and attributes in bodies."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StringConstraints

Code = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
AttributeText = Annotated[str, StringConstraints(max_length=1_000)]
AttributeValue = AttributeText | StrictInt | StrictFloat | StrictBool | list[AttributeText] | None
Attributes = Annotated[dict[AttributeName, AttributeValue], Field(max_length=100)]
