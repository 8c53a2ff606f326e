"""Find customers by what somebody typed."""

from __future__ import annotations

from collections.abc import Sequence

from services.customers.config import Settings
from services.customers.identifiers.domain import IdentifierKind, UnusableIdentifier, known_names, read_identifier
from services.customers.profiles.domain.customer import Record
from services.customers.search import repository
from services.customers.search.domain import Hit, Limits, Wanted, understood
from shared.customers.spelling import normalise
from shared.database.transaction import Tx


async def find(
    tx: Tx, settings: Settings, text: str, limits: Limits, after: Hit | None, limit: int
) -> list[tuple[Record, float]]:
    """The next customers by how well they match, with that. Who has exactly this identifier, or an e-mail that begins
    so, is shown alone; otherwise those in whom every word is found, the most alike first."""
    wanted = understood(text)
    exact = await repository.with_identifier(tx, _fingerprints(settings, wanted), [wanted.text] if wanted.text else [])
    if wanted.has_email:
        exact |= await repository.with_email_like(tx, normalise("email", wanted.text))
    words: Sequence[str] = () if exact or wanted.has_email else wanted.words
    hits = await repository.alike(tx, words, sorted(exact), limits, after, limit)
    records = await repository.records_of(tx, [hit.customer_id for hit in hits])
    return [(records[hit.customer_id], hit.score) for hit in hits if hit.customer_id in records]


def _fingerprints(settings: Settings, wanted: Wanted) -> list[str]:
    kinds: list[IdentifierKind] = ["card"]
    if wanted.has_email:
        kinds.append("email")
    if wanted.may_be_phone:
        kinds.append("phone")
    found: list[str] = []
    for kind in kinds:
        try:
            offered = read_identifier(settings.key, kind, wanted.text, region=settings.phone_region)
        except UnusableIdentifier:
            continue
        found += known_names([offered])
    return found
