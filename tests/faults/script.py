"""What people do, decided by a seed: they agree, buy, bring back, withdraw, complain, are merged, parted and erased."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zlib import crc32

from tests.builders import a_purchase
from tests.faults.product import CHANNEL, PURPOSE

CONSENT: dict[str, Any] = {
    "purpose": PURPOSE,
    "channel": CHANNEL,
    "wording": "Yes, write to me.",
    "wording_version": "1",
}
# What is said to interactions; everything else goes to the service that owns it.
MESSAGES = ("purchase", "return", "complain")


@dataclass(frozen=True)
class Mix:
    """What the load is made of. Shares are probabilities; `per_second` attempts, `most` of them at the longest."""

    per_second: float = 15.0
    most: int = 2_500
    consenting: float = 0.75
    withdrawing: float = 0.2
    complaining: float = 0.06
    returning: float = 0.12
    merging: float = 0.06
    erasing: float = 0.04
    by_kafka: float = 0.4
    doubled: float = 0.05
    late: float = 0.05
    faulty: float = 0.03
    people_at_once: int = 25


@dataclass(frozen=True)
class Step:
    """One thing somebody does. `other` is the second person of a merge; steps of one `turn` come one after another."""

    op: str
    id: str
    who: str
    body: dict[str, Any] = field(default_factory=dict)
    door: str = "http"
    other: str = ""

    @property
    def turn(self) -> str:
        """Whose steps wait for each other: somebody, and whoever is merged with them."""
        return self.who.removesuffix(_TWIN)


_TWIN = "-twin"


def script(seed: int, mix: Mix, prefix: str = "c") -> Iterator[Step]:
    """What everybody does, in the order in which it is begun; the same for the same seed. Endless."""
    chance = random.Random(f"{seed}/{mix}")
    names = (f"{prefix}{seed}-{number:05}" for number in itertools.count())
    people = [_person(chance, next(names), mix) for _ in range(mix.people_at_once)]
    while True:
        place = chance.randrange(len(people))
        yield people[place].pop(0)
        if not people[place]:
            people[place] = _person(chance, next(names), mix)


def _person(chance: random.Random, who: str, mix: Mix) -> list[Step]:
    steps = [_purchase(chance, who, mix, number) for number in range(chance.choices((1, 2, 3), (35, 50, 15))[0])]
    if chance.random() < mix.returning:
        steps.append(Step("return", f"{who}-return", who, {"ago": 0.0}))
    if chance.random() < mix.doubled:
        again = chance.randrange(len(steps))
        steps.insert(chance.randrange(again, len(steps)) + 1, steps[again])
    if chance.random() < mix.faulty:
        empty = a_purchase(who, message_id=f"{who}-empty")
        empty["data"] = {**empty["data"], "lines": [{"product_id": "1", "quantity": 1, "amount": 0}]}
        steps.append(Step("purchase", f"{who}-empty", who, empty))
    if chance.random() < mix.consenting:
        steps.insert(0, step_of("grant", who))
        if chance.random() < mix.withdrawing:
            steps.insert(chance.randrange(1, len(steps) + 1), step_of("withdraw", who))
        elif chance.random() < mix.complaining:
            steps.append(Step("complain", f"{who}-complain", who, {"ago": 0.0}))
    if chance.random() < mix.merging:
        steps = _with_twin(chance, steps, who, mix)
    elif chance.random() < mix.erasing:
        # Who comes again, and agrees again, is somebody new with an address that stays refused.
        returns = [step_of("grant", who, "again"), *(_again(who, number) for number in range(2))]
        steps += [step_of("erase", who), *(returns if chance.random() < 0.5 else ())]
    return steps


def _with_twin(chance: random.Random, steps: list[Step], who: str, mix: Mix) -> list[Step]:
    """Somebody with a second account, which is joined to the first; of some the joining was a mistake."""
    twin = f"{who}{_TWIN}"
    steps = [*steps, _purchase(chance, twin, mix, 0), Step("merge", f"{who}-merge", who, other=twin)]
    steps += [_again(who, 0), _again(twin, 0)]
    if chance.random() < 0.5:
        steps += [Step("undo", f"{who}-undo", who, other=twin), _again(twin, 1)]
    return steps


def _purchase(chance: random.Random, who: str, mix: Mix, number: int) -> Step:
    door = "kafka" if chance.random() < mix.by_kafka else "http"
    late = timedelta(days=3) if chance.random() < mix.late else timedelta(minutes=chance.randrange(30))
    return Step("purchase", f"{who}-{number}", who, {"ago": late.total_seconds()}, door)


def _again(who: str, number: int) -> Step:
    return Step("purchase", f"{who}-again-{number}", who, {"ago": 0.0})


def step_of(op: str, who: str, more: str = "") -> Step:
    """A `grant`, a `withdraw` or an `erase`; `more` tells a second one from the first."""
    id = "-".join(filter(None, (who, op, more)))
    return Step(op, id, who, body_of(op, who, id))


def token_of(id: str) -> str:
    """Says in a row which step wrote it, and nothing of the person: it may stay when they are erased."""
    return f"{crc32(id.encode()):08x}"


def body_of(op: str, who: str, id: str) -> dict[str, Any]:
    """The request of a `grant`, a `withdraw` or an `erase`."""
    customer: dict[str, Any] = {"external_id": {"source": "shop", "id": who}}
    evidence = {"form": token_of(id)}
    if op == "grant":
        return {"customer": customer, "action": "granted", "evidence": evidence, **CONSENT}
    email = f"{who}@example.test"
    if op == "withdraw":
        # Every second one withdraws by the address to which the mail goes, known to privacy as theirs or not yet.
        by_address = crc32(who.encode()) % 2 == 0
        return {"customer": {"email": email} if by_address else customer, "purpose": PURPOSE, "evidence": evidence}
    customer["email"] = email
    return {"customer": customer, "requested_by": f"desk-{token_of(id)}", "identity_checked": True}


def message_of(step: Step, at: str) -> dict[str, Any]:
    """What interactions is told; the same each time when `at` is the same."""
    body = a_purchase(step.who, message_id=step.id, time=at)
    if step.op == "return":
        body["type"] = "return"
        body["data"]["lines"] = [{"product_id": "1082185", "quantity": 1, "amount": 2100}]
    elif step.op == "complain":
        body["type"] = "response"
        body["data"] = {"channel": CHANNEL, "kind": "complained"}
    return body
