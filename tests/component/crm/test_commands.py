"""Migrate, dead letters and reconcile on real databases: what they do, print and return."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.ids import new_id
from tests.component.crm.conftest import Crm
from tests.infrastructure import CreateDatabase

BROKEN = b'\xff{"number": -1}\x00'
_INSERT = """
    insert into dead_letters
        (id, consumer, topic, partition, "offset", value, headers, reason, error, attempts, created_at)
    values ($1, 'privacy', 'customers-events', 0, $2, $3, '[]', 'unreadable', 'not JSON', 1, now())
"""


@pytest.fixture(scope="module")
async def databases(create_database: CreateDatabase, crm: Crm) -> str:
    """The address of the services' databases, with a place for the service's name, migrated by the command itself."""
    urls = {service: await create_database(f"crm_{service}") for service in ("privacy", "analytics")}
    template = urls["privacy"].replace("crm_privacy", "crm_{service}")
    ended = await crm(template, "migrate", "privacy", "analytics", "--json")
    assert (ended.status, json.loads(ended.out)) == (0, {"migrated": ["privacy", "analytics"]}), ended.err
    return template


@pytest.fixture
async def letters(databases: str) -> list[UUID]:
    connection = await asyncpg.connect(databases.format(service="privacy"))
    ids = [new_id() for _ in range(3)]
    try:
        await connection.execute("delete from dead_letters")
        for offset, id in enumerate(ids):
            await connection.execute(_INSERT, id, offset, BROKEN)
    finally:
        await connection.close()
    return ids


def fields(out: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(out)
    return parsed


async def test_a_second_migration_has_nothing_to_do(crm: Crm, databases: str) -> None:
    """Catches an upgrade that cannot be run again."""
    ended = await crm(databases, "migrate", "privacy")
    assert ended.status == 0, ended.err
    assert "privacy" in ended.out


async def test_dead_letters_are_listed_page_by_page(crm: Crm, databases: str, letters: list[UUID]) -> None:
    """Catches letters that nobody gets to see, and text that cannot be used to go on."""
    first = fields((await crm(databases, "dead-letters", "list", "privacy", "--limit", "2", "--json")).out)
    assert [item["id"] for item in first["items"]] == [str(letter) for letter in letters[:2]]
    text = (await crm(databases, "dead-letters", "list", "privacy", "--limit", "2")).out
    assert f"--after {letters[1]}" in text
    assert "customers-events/0@0" in text
    rest = await crm(databases, "dead-letters", "list", "privacy", "--after", str(letters[1]), "--json")
    assert [item["id"] for item in fields(rest.out)["items"]] == [str(letters[2])]


async def test_a_letter_is_repaired_replayed_and_then_no_longer_changed(
    crm: Crm, databases: str, letters: list[UUID]
) -> None:
    """Catches bytes that are read as text, a change without its author, and a refusal with exit status 0."""
    id = str(letters[1])
    words = ("privacy", id, "--who", "anna", "--json")
    repaired = fields(
        (await crm(databases, "dead-letters", "repair", *words, "--note", "by hand", given=b"\xffok")).out
    )
    assert (repaired["was_repaired"], repaired["changed_by"], repaired["note"]) == (True, "anna", "by hand")
    shown = fields((await crm(databases, "dead-letters", "show", "privacy", id, "--json")).out)
    assert (shown["repaired_base64"], shown["value_text"]) == ("/29r", None)
    assert fields((await crm(databases, "dead-letters", "replay", *words)).out)["state"] == "replaying"
    missing = await crm(databases, "dead-letters", "repair", *words, "--file", "nowhere.json")
    assert (missing.status, "nowhere.json" in missing.err) == (1, True)
    refused = await crm(databases, "dead-letters", "discard", *words)
    assert refused.status == 1
    assert "replaying" in refused.err
    assert "Cure: " in refused.err


async def test_memberships_are_compared_with_the_facts(crm: Crm, databases: str) -> None:
    """Catches a command that cannot read the tables it is made for."""
    ended = await crm(databases, "reconcile", "--all", "--json")
    assert ended.status == 0, ended.err
    assert fields(ended.out) == {"customers": 0, "mismatches": 0, "examples": []}


@pytest.mark.parametrize("words", [("reconcile",), ("dead-letters", "list", "privacy")], ids=" ".join)
async def test_a_database_that_was_never_migrated_is_no_traceback(
    crm: Crm, databases: str, words: tuple[str, ...]
) -> None:
    """Catches thirty lines of a library's frames in front of an operator."""
    for url in (databases.format(service="nowhere"), "postgresql://nobody:wrong@127.0.0.1:1/none"):
        ended = await crm(url, *words)
        assert ended.status == 1
        assert "Traceback" not in ended.err
        assert "The database cannot be used" in ended.err
