"""Refuse what a mapping says of consent, with all its faults at once."""

from __future__ import annotations

from collections.abc import Sequence

from services.customers.config import Settings
from services.customers.imports.domain.consents import ConsentRule, fault_of
from shared.files.errors import InvalidMapping


def refuse_consent_faults(settings: Settings, rules: Sequence[ConsentRule], columns: Sequence[str]) -> None:
    """Raises InvalidMapping when a file cannot speak of consent in this way, or here at all."""
    if rules and settings.privacy_url is None:
        raise InvalidMapping(
            "What a file says of consent cannot be kept: privacy's address is not set (PRIVACY_URL).",
            cure="Set it for app and worker of customers, or leave `consents` out.",
            where="/consents",
        )
    faults = [(place, fault) for place, rule in enumerate(rules) if (fault := fault_of(rule, columns)) is not None]
    if faults:
        raise InvalidMapping(
            "What the columns say of consent cannot be used.",
            cure="Mend what is named.",
            errors=[{"where": f"/consents/{place}", "what": what, "cure": cure} for place, (what, cure) in faults],
        )
