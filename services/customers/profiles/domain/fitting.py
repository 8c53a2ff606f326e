"""Claims held under one id: sorted by whether they fit their definitions, and the latest of each name kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.customers.attributes.domain.definitions import Definitions, Unfit, fit
from services.customers.profiles.domain.claims import STATUS, Claim, Claims, latest

# A record that some publisher fills with ever new names must stay readable: what passes this bound is left out.
MAX_NAMES = 300


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


def fold(held: Mapping[str, Claim], newer: Mapping[str, Claim]) -> Claims:
    """The latest claim of each name, of those held and newer ones. New names beyond MAX_NAMES are left out."""
    folded = dict(held)
    for name, claim in newer.items():
        if name in folded or len(folded) < MAX_NAMES:
            folded[name] = latest(folded.get(name), claim)
    return folded
