"""List and find customers."""

from __future__ import annotations

from collections.abc import Sequence

from services.customers.attributes.domain.definitions import Unfit, Value, fit
from services.customers.attributes.repository import load_definitions
from services.customers.identifiers.domain import OfferedIdentifier, former_names
from services.customers.profiles.domain.customer import Record
from services.customers.profiles.domain.finding import Filters, Position
from services.customers.profiles.errors import InvalidAttributes
from services.customers.profiles.repository import search
from shared.customers.spelling import normalise
from shared.database.transaction import Tx


async def list_customers(tx: Tx, filters: Filters, after: Position | None, limit: int) -> list[Record]:
    """Current customers that pass the filters, in the order in which they became known."""
    return await search.page_of_customers(tx, filters, after, limit)


async def find_customers(
    tx: Tx, *, identifier: OfferedIdentifier | None, name_begins: str | None, email_begins: str | None, limit: int
) -> list[Record]:
    """Current customers by exact identifier, or by the beginning of a name or an e-mail."""
    if identifier is not None:
        return await search.with_fingerprint(tx, [identifier.fingerprint, *former_names([identifier])], limit)
    if email_begins is not None:
        return await search.with_email_like(tx, normalise("email", email_begins), limit)
    return await search.with_name_like(tx, (name_begins or "").strip(), limit)


async def equalities(tx: Tx, wanted: Sequence[tuple[str, str]]) -> dict[str, Value]:
    """Texts of a filter as values of their attributes' types. Raises InvalidAttributes for what could never be."""
    definitions = await load_definitions(tx)
    kept: dict[str, Value] = {}
    for name, text in wanted:
        definition = definitions.get(name)
        try:
            kept[name] = text if definition is None else fit(definition, [text] if definition.type == "texts" else text)
        except Unfit as fault:
            raise InvalidAttributes(
                [{"where": "query:attribute", "what": f"{name} {fault}", "cure": "Ask for a value it can have."}]
            ) from None
    return kept
