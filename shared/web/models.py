"""Bases of the models that HTTP bodies are read into and answered from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class StrictModel(BaseModel):
    """What comes in: an unknown field is refused, no number is infinite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AnswerModel(BaseModel):
    """What goes out."""

    model_config = ConfigDict(frozen=True)
