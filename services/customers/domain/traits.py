"""What a publisher says about somebody, sorted: identifiers, values that fit, values kept until they are defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.customers.domain.attributes import Definitions, Unfit, fit
from services.customers.domain.catalogue import SYNONYMS
from services.customers.domain.claims import STATUS, Claim, Value, latest

# A record that some publisher fills with ever new names or with documents must stay readable: what passes these bounds
# is left out.
MAX_NAMES = 300
MAX_LENGTH = 10_000
Address = Literal["email", "phone"]
_ADDRESSES: Mapping[str, Address] = {"email": "email", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class Traits:
    """`values` fit or are not defined yet; `unfit` are defined but of another form: kept, shown, never sent on."""

    values: Mapping[str, Claim] = field(default_factory=dict)
    unfit: Mapping[str, Claim] = field(default_factory=dict)
    addresses: tuple[tuple[Address, str], ...] = ()
    left_out: tuple[str, ...] = ()


def read_traits(said: Mapping[str, Value], definitions: Definitions, at: datetime, by: str) -> Traits:
    """Sort what was said at `at` by `by`. Never refuses: a publisher's event is not lost for an odd trait.

    Values of more than MAX_LENGTH characters are left out, and named.
    """
    values: dict[str, Claim] = {}
    unfit: dict[str, Claim] = {}
    addresses: list[tuple[Address, str]] = []
    left_out: list[str] = []
    for spelt, value in said.items():
        name = SYNONYMS.get(spelt, spelt)
        if _length(value) > MAX_LENGTH:
            left_out.append(name)
            continue
        if isinstance(value, str) and (kind := _ADDRESSES.get(name)) is not None:
            addresses.append((kind, value))
            continue
        claim, fits = classify(name, Claim(value, at, by), definitions)
        (values if fits else unfit)[name] = claim
    return Traits(values, unfit, tuple(addresses), tuple(left_out))


def _length(value: Value) -> int:
    if isinstance(value, list):
        return sum(len(one) + 1 for one in value)
    return len(value) if isinstance(value, str) else 0


def classify(name: str, claim: Claim, definitions: Definitions) -> tuple[Claim, bool]:
    """The claim in its kept form, and whether it fits. What is not defined yet fits: nothing is known against it.

    `status` never fits: how far somebody is with us is ours to say, not a publisher's.
    """
    if name == STATUS:
        return claim, False
    definition = definitions.get(name)
    if definition is None:
        return claim, True
    try:
        return replace(claim, value=fit(definition, claim.value)), True
    except Unfit:
        return claim, False


def fold(held: Mapping[str, Claim], heard: Mapping[str, Claim]) -> Mapping[str, Claim]:
    """`held` after hearing `heard`: the latest claim of each name. New names beyond MAX_NAMES are left out."""
    folded = dict(held)
    for name, claim in heard.items():
        if name in folded or len(folded) < MAX_NAMES:
            folded[name] = latest(folded.get(name), claim)
    return folded
