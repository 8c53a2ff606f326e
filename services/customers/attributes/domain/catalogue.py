"""The attributes that every installation has; a firm adds its own by API."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from services.customers.attributes.domain.definitions import AppliesTo, AttributeType, Definition, Definitions


def _person(
    name: str, type: AttributeType, purpose: str, *, segmentable: bool = True, allowed: tuple[str, ...] = ()
) -> Definition:
    return _define(name, type, purpose, "person", segmentable, allowed, personal=True)


def _firm(name: str, type: AttributeType, purpose: str, *, segmentable: bool = True) -> Definition:
    return _define(name, type, purpose, "firm", segmentable, (), personal=False)


def _both(name: str, type: AttributeType, purpose: str, *, segmentable: bool = True) -> Definition:
    return _define(name, type, purpose, "both", segmentable, (), personal=True)


def _define(
    name: str,
    type: AttributeType,
    purpose: str,
    applies_to: AppliesTo,
    segmentable: bool,
    allowed: tuple[str, ...],
    personal: bool,
) -> Definition:
    return Definition(
        name=name,
        type=type,
        purpose=purpose,
        label=name.replace("_", " ").capitalize(),
        applies_to=applies_to,
        allowed=allowed,
        personal=personal,
        segmentable=segmentable,
        built_in=True,
    )


_MARITAL = ("single", "married", "unmarried", "partnered", "separated", "divorced", "widowed")

BUILT_IN: Definitions = MappingProxyType(
    {
        definition.name: definition
        for definition in (
            _person("given_name", "text", "to address somebody", segmentable=False),
            _person("family_name", "text", "to address somebody", segmentable=False),
            _person("title", "text", "to address somebody", segmentable=False),
            _person("birth_date", "date", "offers by age"),
            _person("age_band", "text", "offers by age where the birth date is not known"),
            _person("sex", "choice", "form of address, offers", allowed=("female", "male", "other")),
            _person("marital_status", "choice", "offers by way of life", allowed=_MARITAL),
            _person("household_size", "integer", "offers by size of household"),
            _person("household_composition", "text", "offers by size of household"),
            _person("children", "integer", "offers for families"),
            _person("income_band", "text", "offers by means"),
            _person("home_ownership", "text", "offers by way of life"),
            _person("profession", "text", "offers by profession"),
            _person("professional_category", "text", "offers by socio-professional category"),
            _both("interests", "texts", "offers by needs and taste"),
            _both("preferred_channel", "text", "to write where it is welcome"),
            _both("language", "language", "to write in the right language"),
            _both("time_zone", "time_zone", "quiet hours"),
            _both("address_lines", "texts", "to deliver and to write by post", segmentable=False),
            _both("postal_code", "text", "offers by place, post"),
            _both("city", "text", "offers by place, post"),
            _both("region", "text", "offers by place"),
            _both("country", "text", "offers by place, law that applies"),
            _firm("legal_name", "text", "to address the firm", segmentable=False),
            _firm("industry_code", "text", "offers by industry (NACE or SIC)"),
            _firm("legal_form", "text", "offers by kind of firm"),
            _firm("turnover", "integer", "offers by size: yearly, whole units of the base currency"),
            _firm("workforce", "integer", "offers by size: people employed"),
        )
    }
)


def catalogue(own: Iterable[Definition]) -> Definitions:
    """Built-in attributes and the firm's own, by name."""
    return MappingProxyType({**{definition.name: definition for definition in own}, **BUILT_IN})
