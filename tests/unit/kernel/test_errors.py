"""Refusals and how they are rendered."""

from __future__ import annotations

import json

import pytest
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared import errors
from shared.errors import NotFound, Refusal, Unavailable
from shared.web.problems import answer_to_failure, fault_of


class CustomerNotFound(NotFound):
    slug, title = "customer-not-problems", "No such customer"


def test_a_refusal_says_cause_cure_and_place() -> None:
    body = CustomerNotFound("There is no c1.", cure="Create it.", where="path:id", tried=3).problem("/customers/c1")
    assert body == {
        "type": "/problems/customer-not-problems",
        "title": "No such customer",
        "status": 404,
        "detail": "There is no c1.",
        "cure": "Create it.",
        "errors": [{"where": "path:id", "what": "There is no c1.", "cure": "Create it."}],
        "instance": "/customers/c1",
        "tried": 3,
    }


def test_an_extra_never_hides_a_standard_member() -> None:
    assert Refusal("no", status=200, type="x").problem()["status"] == 400


def test_a_wait_is_whole_seconds_and_never_none() -> None:
    assert Unavailable("away", retry_after=0.2).headers["Retry-After"] == "1"


def test_every_refusal_of_the_kernel_has_its_own_slug() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
    assert len({kind.slug for kind in kinds}) == len(kinds)
    assert all(400 <= kind.status < 600 and kind.title for kind in kinds)


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: int
    currency: str = Field(max_length=3)


class Purchase(BaseModel):
    lines: list[Line | str]


def faults(body: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Purchase).validate_python(body)
    described = [fault_of({**error, "loc": ("body", *error["loc"])}, body) for error in caught.value.errors()]
    assert all(fault["what"] and fault["cure"] for fault in described)
    return {fault["where"]: fault["cure"] for fault in described}


def test_places_are_pointers_into_what_was_sent() -> None:
    """Pydantic's own paths name the members of unions too (`lines/0/Line/amount`), which nobody sent."""
    problems = faults({"lines": [{"amount": "x", "currency": "EUROS", "extra": 1}]})
    assert problems.keys() >= {"/lines/0/amount", "/lines/0/currency", "/lines/0/extra"}
    assert problems["/lines/0/currency"] == "Send at most 3."


def test_a_missing_field_is_named_though_it_is_not_there() -> None:
    assert faults({})["/lines"] == "Send this field."
    assert faults({"lines": [{"amount": 1}]})["/lines/0/currency"] == "Send this field."


@pytest.mark.parametrize(
    ("state", "status", "slug"), [("23505", 409, "collision"), ("22003", 422, "value-does-not-fit")]
)
def test_what_the_database_refuses_is_told_without_its_words(state: str, status: int, slug: str) -> None:
    """Catches a 500 for two who were quick, and a constraint's name in front of a caller."""
    error = RuntimeError('duplicate key value violates unique constraint "customers_pkey"')
    error.sqlstate = state  # type: ignore[attr-defined]
    answer = answer_to_failure(error, Request({"type": "http", "path": "/customers", "headers": []}))
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["type"]) == (status, f"/problems/{slug}")
    assert "customers_pkey" not in str(body)
