"""Planted faults of consent by address: the property test counts only because it goes red on each of these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings

from services.privacy.consents.domain import judging, ledger
from services.privacy.consents.domain.judging import Destination
from services.privacy.consents.domain.ledger import Head
from services.privacy.consents.service import addresses
from services.privacy.consents.service import ledger as writing
from services.privacy.erasures.repository import stores
from services.privacy.gate import service as gate
from services.privacy.identity.domain import Hashing, NamedAddress
from shared.customers.identifiers import fingerprint
from shared.database.engine import Database
from tests.component.privacy.gate.lives import Step
from tests.component.privacy.gate.test_addresses_alone import CHECKS, LIVES, live
from tests.fakes import FixedClock

Planted = tuple[object, str, object]


@cache
def drawn(most: int) -> list[list[Step]]:
    """Cases of the property test, always the same."""
    cases: list[list[Step]] = []

    @seed(1)
    @settings(max_examples=most, database=None, suppress_health_check=CHECKS, phases=[Phase.generate], deadline=None)
    @given(life=LIVES)
    def draw(life: list[Step]) -> None:
        cases.append(life)

    draw()
    return cases


async def caught(database: Database, clock: FixedClock, tried: int = 300) -> bool:
    """Whether the property test goes red, and not by a statement that cannot run."""
    for life in drawn(tried):
        try:
            await live(database, clock, life)
        except AssertionError:
            return True
    return False


def refusals_by_id_only(to: Destination, now: object) -> None:
    """What was said by the address is not asked."""


def spellings_compared_letter_by_letter(hashing: Hashing, identifier: Any) -> tuple[str, ...]:
    """An address is compared as it was typed."""
    return (fingerprint(hashing.key, identifier.kind, identifier.value),)


def refusals_that_go_with_the_owner(to: Destination, now: Any) -> Any:
    """A new owner begins with nothing: what a grant of the former one had answered is forgotten."""
    return _refusal(replace(to, heads=[head for head in to.heads if not head.granted or to._is_of_today(head)]), now)


def old_forms_that_revive(grant: Head, refusal: Head) -> bool:
    """What was recorded later counts, whenever it was said."""
    return grant.version > refusal.version


def only_what_was_asked_by_name(heads: Iterable[Head], purpose: str, channel: str) -> list[Head]:
    """A refusal of everything is a purpose like any other."""
    return [head for head in heads if (head.scope.purpose, head.scope.channel) == (purpose, channel)]


def a_grant_whenever_it_was_said(head: Any, statement: Any, version: int, everything: Any = None) -> Head | None:
    """The newest line holds."""
    return _head_after(None, statement, version, None)


def the_customer_alone(address: NamedAddress) -> tuple[str, ...]:
    """A withdrawal is written under the customer's id, and at no address."""
    return ()


_refusal, _head_after = Destination.refusal, ledger.head_after

PLANTED: dict[str, list[Planted]] = {
    "refusals by id only": [(Destination, "refusal", refusals_by_id_only)],
    "spellings compared letter by letter": [(Hashing, "hashes", spellings_compared_letter_by_letter)],
    "refusals that go with the owner": [(Destination, "refusal", refusals_that_go_with_the_owner)],
    "old forms that revive": [
        (judging, "is_later", old_forms_that_revive),
        (writing, "head_after", a_grant_whenever_it_was_said),
    ],
    "a refusal of everything that is a purpose of its own": [
        (addresses, "for_purpose", only_what_was_asked_by_name),
        (gate, "for_purpose", only_what_was_asked_by_name),
    ],
    "withdrawn for the customer alone": [(NamedAddress, "channels", property(the_customer_alone))],
    "a refusal that is erased with the grant that answered it": [
        (stores, "_RESTORE_REFUSALS", stores._DELETE_GRANTS),
    ],
}


# Caught within a few lives; the others need a minute together.
QUICK = ("refusals by id only", "spellings compared letter by letter", "withdrawn for the customer alone")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in PLANTED]
)
async def test_each_planted_fault_is_caught(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for owner, attribute, fault in PLANTED[name]:
        monkeypatch.setattr(owner, attribute, fault)
    assert await caught(database, clock), f"no case sees {name!r}"
