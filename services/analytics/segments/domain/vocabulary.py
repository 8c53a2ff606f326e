"""Which attributes segments may speak of: the usual ones, and those that profiles have shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from services.analytics.segments.domain.catalogue import Type

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*")

USUAL: Mapping[str, Type] = MappingProxyType(
    {
        **dict.fromkeys(
            ("kind", "status", "time_zone", "language", "age_band", "sex", "marital_status", "household_composition",
             "income_band", "home_ownership", "profession", "professional_category", "preferred_channel", "postal_code",
             "city", "region", "country", "industry_code", "legal_form"),
            Type.STRING,
        ),
        **dict.fromkeys(("household_size", "children", "turnover", "workforce"), Type.INTEGER),
        **dict.fromkeys(("reachable", "interests"), Type.STRINGS),
        "birth_date": Type.DATE,
        "created_at": Type.DATETIME,
    }
)  # fmt: skip
"""Known before the first customer is."""


VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "kind": ("person", "firm"),
        "status": ("prospect", "lead", "active", "lapsed", "lost", "blocked"),
        "sex": ("female", "male", "other"),
        "marital_status": ("single", "married", "unmarried", "partnered", "separated", "divorced", "widowed"),
    }
)
"""All values that these attributes can have: one that compares with another is a mistake, and would mean nobody."""

SCORE_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rfm_group": (
            "champions", "loyal_customers", "potential_loyalists", "new_customers", "promising", "need_attention",
            "about_to_sleep", "at_risk", "cannot_lose", "lost", "others",
        ),
    }
)  # fmt: skip
"""All values of scores that have few."""

SCORE_BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"r": (1, 5), "f": (1, 5), "m": (1, 5), "spend_percentile": (0, 100), "p_active": (0, 1)}
)
"""The lowest and the highest value: what compares with one beyond is a mistake, percent written as a share, say."""


def type_of(value: Any) -> Type | None:
    """The type that a value shows; None shows nothing."""
    if isinstance(value, bool):
        return Type.BOOLEAN
    if isinstance(value, int):
        return Type.INTEGER
    if isinstance(value, float):
        return Type.NUMBER
    if isinstance(value, list):
        return Type.STRINGS
    if not isinstance(value, str):
        return None
    if _DATE.fullmatch(value):
        return Type.DATE
    return Type.DATETIME if _DATETIME.fullmatch(value) else Type.STRING


def types_of(profiles: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Types of own fields in these profiles, by name; whole numbers and fractions together are numbers."""
    found: dict[str, Type] = {}
    for profile in profiles:
        for name, value in profile.items():
            kind = None if name in USUAL else type_of(value)
            if kind is None:
                continue
            if {kind, found.get(name)} == {Type.INTEGER, Type.NUMBER}:
                kind = Type.NUMBER
            found[name] = kind
    return {name: kind.value for name, kind in found.items()}


def vocabulary(learned: Mapping[str, str]) -> dict[str, Type]:
    """The types of all attributes."""
    return {**{name: Type(kind) for name, kind in learned.items()}, **USUAL}


def used_types(definition: Any, types: Mapping[str, Type]) -> dict[str, str]:
    """The types of the attributes that a definition names: stored with it, so that it means the same for ever."""
    found: dict[str, str] = {}
    if isinstance(definition, Mapping):
        name = definition.get("attr")
        if isinstance(name, str) and name in types:
            found[name] = types[name].value
        for value in definition.values():
            found |= used_types(value, types)
    elif isinstance(definition, list):
        for value in definition:
            found |= used_types(value, types)
    return found
