"""The OpenAPI documents in the repository are those of the apps, and complete enough to work with."""

from __future__ import annotations

import orjson
import pytest

from services.crm.documents import FOLDER, document_of
from services.registry import SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_is_that_of_the_app(service: str) -> None:
    """Catches an API that changed without its document: run `./crm openapi` and look at the difference."""
    assert (FOLDER / f"{service}.json").read_bytes() == document_of(service)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_what_it_does_and_how_it_refuses(service: str) -> None:
    """Catches a route without a docstring, and one whose refusals nobody told the reader."""
    document = orjson.loads(document_of(service))
    operations = [
        (path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()
    ]
    assert operations
    for path, method, operation in operations:
        place = f"{method} {path}"
        told = operation.get("description", "").partition("\n\n")
        assert told[2] if told[0].startswith("Scope: ") else told[0], f"{place} has no docstring"
        refusals = {status for status in operation["responses"] if status >= "400"}
        assert refusals >= {"500", "503"} | ({"401", "403", "429"} if "x-scope" in operation else set()), place
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("service", SERVICES)
def test_no_schema_is_named_after_the_place_of_its_class(service: str) -> None:
    """Catches two models of one name: both get the path of their module as a name, which callers' types then follow."""
    schemas = orjson.loads((FOLDER / f"{service}.json").read_bytes())["components"]["schemas"]
    assert [name for name in schemas if "__" in name] == []
