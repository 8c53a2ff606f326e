"""The values that analytics knows of attributes are those that customers and its events allow."""

from typing import get_args

from services.analytics.segments.domain.vocabulary import VALUES
from services.customers.attributes.domain.catalogue import BUILT_IN
from shared.contracts.customers import ProfileChanged


def test_the_values_are_those_of_the_customers_service() -> None:
    """Catches a value added there whose segments are refused here."""
    choices = {name: definition.allowed for name, definition in BUILT_IN.items() if definition.allowed}
    assert {name: VALUES[name] for name in choices} == choices
    fields = {name: get_args(ProfileChanged.model_fields[name].annotation) for name in ("kind", "status")}
    assert {**choices, **fields} == {**VALUES}
