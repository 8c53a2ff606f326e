"""Refuse a mapping with all its faults at once."""

from __future__ import annotations

from collections.abc import Sequence

from services.customers.imports.errors import InvalidMapping
from shared.files.mapping import Mapped, MappingFault


def refuse_faults(mapping: Mapped, faults: Sequence[MappingFault]) -> None:
    """Raises InvalidMapping when there are any."""
    if faults:
        raise InvalidMapping(
            "The mapping cannot be used.",
            cure="Mend what is named.",
            errors=[
                {
                    "where": f"/columns/{fault.place}" if fault.place >= 0 else "/columns",
                    "what": f"{mapping[fault.place].column}: {fault.what}" if fault.place >= 0 else fault.what,
                    "cure": fault.cure,
                }
                for fault in faults
            ],
        )
