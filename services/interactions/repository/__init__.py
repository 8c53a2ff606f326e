"""All SQL of interactions. Rows do not leave it."""

from services.interactions.repository.people import (
    alias_group,
    blank_letters,
    bury_customers,
    erase_customers,
    generations_since,
    letters_after,
    remaining_of,
    retire_identifier,
    store_merge,
)
from services.interactions.repository.rates import list_rates, put_rates
from services.interactions.repository.reading import counts, interaction_by_id, timeline
from services.interactions.repository.recording import (
    claim_messages,
    erased_among,
    exclude_recordings,
    generations_of,
    insert_happenings,
    known_marks,
    rates_for,
    share_with_erasures,
    store_marks,
)

__all__ = [
    "alias_group",
    "blank_letters",
    "bury_customers",
    "claim_messages",
    "counts",
    "erase_customers",
    "erased_among",
    "exclude_recordings",
    "generations_of",
    "generations_since",
    "insert_happenings",
    "interaction_by_id",
    "known_marks",
    "letters_after",
    "list_rates",
    "put_rates",
    "rates_for",
    "remaining_of",
    "retire_identifier",
    "share_with_erasures",
    "store_marks",
    "store_merge",
    "timeline",
]
