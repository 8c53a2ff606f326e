"""Values of jsonb columns."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from asyncpg.pgproto import pgproto

from shared.database.jsonb import from_jsonb, to_jsonb

ID = "0197f4a1-0000-7000-8000-0000000000ad"


def test_ids_as_the_driver_hands_them_out_can_be_stored_again() -> None:
    """Catches an import whose undo ends with the first batch: its position is an id that was read."""
    assert from_jsonb(to_jsonb({"after": pgproto.UUID(ID), "own": UUID(ID)})) == {"after": ID, "own": ID}


def test_what_json_has_not_is_refused() -> None:
    """Catches amounts that become texts unseen."""
    with pytest.raises(TypeError):
        to_jsonb(Decimal("1.10"))


def test_what_was_read_with_its_type_stays_as_it_is() -> None:
    """Catches a column that is decoded twice."""
    assert from_jsonb({"a": 1}) == {"a": 1}
    assert from_jsonb(None) is None
