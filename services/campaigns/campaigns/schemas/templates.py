"""What templates may use, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from services.campaigns.content.domain.filters import HELP
from services.campaigns.content.domain.names import TemplateField
from shared.web.models import AnswerModel


class TemplateFieldOut(AnswerModel):
    """A name that a template may use."""

    name: str = Field(description="customer.name; [] stands for the items of a list: event.lines[].amount")
    type: str = Field(description="text, integer, number, boolean, date, moment, amount, currency, texts …")
    about: str = Field(description="what it is")


class FilterOut(AnswerModel):
    """A filter beside those of Liquid."""

    name: str = Field(description="as it is written behind the |")
    about: str = Field(description="what it makes of a value, by an example")


class TemplateFieldsOut(AnswerModel):
    """Everything that a template may use."""

    fields: list[TemplateFieldOut] = Field(description="names that are not among them are refused")
    filters: list[FilterOut] = Field(description="beside those of Liquid, which are there as well")

    @classmethod
    def of(cls, fields: Iterable[TemplateField]) -> Self:
        """The answer that lists these."""
        return cls(
            fields=[TemplateFieldOut(name=field.path, type=field.type, about=field.about) for field in fields],
            filters=[FilterOut(name=name, about=about) for name, about in HELP.items()],
        )
