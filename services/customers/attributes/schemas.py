"""Definitions of attributes over HTTP."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StrictBool, StringConstraints, model_validator

from services.customers.attributes.domain.definitions import NAME, AppliesTo, AttributeType, Definition
from shared.web.models import AnswerModel, StrictModel

Purpose = Annotated[str, StringConstraints(min_length=3, max_length=500, strip_whitespace=True)]
Label = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)]
Allowed = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=200)]], Field(max_length=500)]
Days = Annotated[int, Field(ge=1, le=36_500)]


class AttributeIn(StrictModel):
    """An attribute of your own. Say what it is for, whether it is personal and whether segments may use it."""

    name: Annotated[str, StringConstraints(pattern=NAME.pattern)]
    type: AttributeType
    purpose: Purpose
    label: Label = ""
    applies_to: AppliesTo = "both"
    allowed: Allowed = Field(default_factory=list)
    personal: StrictBool = True
    segmentable: StrictBool = False
    retention_days: Days | None = None

    def definition(self) -> Definition:
        """The definition that this body gives."""
        fields = self.model_dump()
        return Definition(**{**fields, "allowed": tuple(self.allowed), "label": self.label or self.name})


class AttributePatch(StrictModel):
    """What may change later; what is left out stays."""

    purpose: Purpose | None = None
    label: Label | None = None
    applies_to: AppliesTo | None = None
    allowed: Allowed | None = None
    personal: StrictBool | None = None
    segmentable: StrictBool | None = None
    retention_days: Days | None = None

    @model_validator(mode="after")
    def _only_retention_is_cleared(self) -> Self:
        for name in self.model_fields_set - {"retention_days"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null")
        return self

    def changes(self) -> dict[str, object]:
        """The fields that were sent, with their values."""
        sent = self.model_dump(include=self.model_fields_set)
        return {**sent, "allowed": tuple(sent["allowed"])} if "allowed" in sent else sent


class AttributeOut(AnswerModel):
    """A definition."""

    name: str
    type: AttributeType
    label: str
    purpose: str
    applies_to: AppliesTo
    allowed: list[str]
    personal: bool
    segmentable: bool
    retention_days: int | None
    built_in: bool

    @classmethod
    def of(cls, definition: Definition) -> Self:
        """The answer that shows this definition."""
        fields = {name: getattr(definition, name) for name in cls.model_fields}
        return cls(**{**fields, "allowed": list(definition.allowed)})
