"""Lives of a few people and addresses, written step by step into privacy, and an oracle that knows addresses alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from hypothesis import strategies as st

from services.privacy.consents.domain.ledger import Action, Proof
from services.privacy.consents.service.addresses import tell_owners
from services.privacy.consents.service.drafts import Draft, record_drafts, withdraw_for
from services.privacy.erasures.service.requests import Request, request_erasure
from services.privacy.gate.schemas import PermitIn
from services.privacy.gate.service import grant_permits
from services.privacy.identity import service as identity
from services.privacy.identity.domain import Hashing, Reference
from services.privacy.pages.service import unsubscribe
from services.privacy.permits.domain import Permit
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.subject_locks.service import lock_subjects
from services.privacy.suppressions.service import lift
from shared.contracts.customers import CustomersMerged, IdentifierOwned, IdentifierRetired, MergeUndone
from shared.contracts.interactions import Identifier
from shared.customers.traces import Naming
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.errors import Refusal
from shared.ids import new_id
from shared.security.tokens import make_unsubscribe_token, read_unsubscribe_token
from tests.component.privacy.conftest import KEY
from tests.component.privacy.scenes import an_event
from tests.fakes import FixedClock

PEOPLE, ADDRESSES = 3, 3
PURPOSES = ("marketing", "news")
HASHING = Hashing(KEY)
PROOF = Proof(recorded_by="test", wording="yes", wording_version="1")
# Two that the first release took for one, and one that is written in two ways.
SPELLINGS: tuple[Callable[[str], tuple[str, ...]], ...] = (
    lambda name: (f"straße-{name}@a.test", f"STRAßE-{name}@A.test"),
    lambda name: (f"strasse-{name}@a.test", f" Strasse-{name}@a.TEST"),
    lambda name: (f"{name}@bücher.test", f"{name}@xn--bcher-kva.test", f"{name.upper()}@BÜCHER.test"),
)


@dataclass(frozen=True)
class Step:
    """One thing that happens. What a step has no use for is ignored."""

    kind: Literal["say", "withdraw", "link", "merge", "undo", "own", "retire", "erase"]
    person: int
    other: int
    address: int
    spelling: int
    purpose: str
    action: Action
    names: Literal["person", "address", "both"]
    everything: bool
    trust: Literal["server", "browser"]
    backdated: bool


def steps() -> st.SearchStrategy[Step]:
    """Any step; statements are the most frequent."""
    people, addresses = st.integers(0, PEOPLE - 1), st.integers(0, ADDRESSES - 1)
    often = ["say"] * 5 + ["withdraw"] * 2 + ["own"] * 3
    return st.builds(
        Step,
        kind=st.sampled_from([*often, "link", "merge", "undo", "retire", "erase"]),
        person=people,
        other=people,
        address=addresses,
        spelling=st.integers(0, 2),
        purpose=st.sampled_from(PURPOSES),
        action=st.sampled_from([Action.GRANTED, Action.GRANTED, Action.WITHDRAWN, Action.DENIED]),
        names=st.sampled_from(["person", "address", "both"]),
        everything=st.booleans(),
        trust=st.sampled_from(["server", "browser"]),
        backdated=st.sampled_from([False, False, False, True]),
    )


@dataclass
class Oracle:
    """What anybody could say who reads the mailboxes: per address and purpose, when it was refused, if no grant that
    names it came after. It knows no customer, no merge and no owner."""

    refused: dict[tuple[int, str], datetime] = field(default_factory=dict)

    def hear(self, address: int, purpose: str | None, action: Action, at: datetime) -> None:
        """Somebody said this about an address; no purpose means every one."""
        for named in PURPOSES if purpose is None else (purpose,):
            before = self.refused.get((address, named))
            if action is not Action.GRANTED:
                self.refused[address, named] = max(at, before) if before else at
            elif before is not None and at >= before:
                del self.refused[address, named]


class Life:
    """The people and addresses of one run, and what was done."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock, self.oracle = database, clock, Oracle()
        self.people = [new_id() for _ in range(PEOPLE)]
        name = new_id().hex[-10:]
        self.spellings = [spell(name) for spell in SPELLINGS]
        self.generations = [0] * ADDRESSES
        self.owners: dict[int, UUID] = {}
        self.merges: list[CustomersMerged] = []
        self.granted = 0

    async def take(self, step: Step) -> None:
        """Do it, in a transaction of its own, some time after what came before."""
        self.clock.advance(minutes=10)
        try:
            async with self.database.transaction() as tx:
                await getattr(self, f"_{step.kind}")(tx, step)
        except CustomerErased:
            # Nothing was recorded: the step names somebody erased, and no address.
            pass

    async def permitted(self) -> list[str]:
        """The messages that were permitted although the address had refused, over everybody and every address."""
        asked = [
            (person, address, purpose) for person in self.people for address in range(ADDRESSES) for purpose in PURPOSES
        ]
        async with self.database.transaction() as tx:
            answers = await grant_permits(
                tx,
                [
                    PermitIn(
                        message_id=new_id(),
                        customer_id=person,
                        purpose=purpose,
                        channel="email",
                        address=self.spellings[address][-1].strip(),
                    ).question(HASHING)
                    for person, address, purpose in asked
                ],
            )
        granted = [found for found, answer in zip(asked, answers, strict=True) if isinstance(answer, Permit)]
        self.granted += len(granted)
        return [
            f"{self.spellings[address][0]} for {purpose}"
            for _, address, purpose in granted
            if (address, purpose) in self.oracle.refused
        ]

    async def _say(self, tx: Tx, step: Step) -> None:
        at = self.clock.now() - timedelta(minutes=35 if step.backdated else 0)
        draft = Draft(self._reference(step), step.purpose, "email", step.action, PROOF, occurred_at=at)
        (outcome,) = await record_drafts(tx, HASHING, [draft])
        if step.names != "person" and not isinstance(outcome, Refusal):
            self.oracle.hear(step.address, step.purpose, step.action, at)

    async def _withdraw(self, tx: Tx, step: Step) -> None:
        purpose = None if step.everything else step.purpose
        channel = None if step.everything else "email"
        await withdraw_for(tx, HASHING, self._reference(step), PROOF, purpose=purpose, channel=channel)
        if step.names != "person":
            self.oracle.hear(step.address, purpose, Action.WITHDRAWN, self.clock.now())

    async def _link(self, tx: Tx, step: Step) -> None:
        token = make_unsubscribe_token(
            KEY,
            customer_id=self.people[step.person],
            purpose=step.purpose,
            channel="email",
            campaign_id=new_id(),
            message_id=new_id(),
            fingerprint=self._hash(step.address),
        )
        genuine = read_unsubscribe_token(KEY, token)
        assert genuine is not None
        await unsubscribe(tx, genuine, everything=step.everything, one_click=not step.everything)
        purpose = None if step.everything else step.purpose
        self.oracle.hear(step.address, purpose, Action.WITHDRAWN, self.clock.now())

    async def _merge(self, tx: Tx, step: Step) -> None:
        survivor, absorbed = self.people[step.person], self.people[step.other]
        if survivor != absorbed:
            self.merges.append(CustomersMerged(merge_id=new_id(), survivor=survivor, absorbed=absorbed))
            await lock_subjects(tx, [survivor, absorbed])
            await identity.record_merges(tx, self.merges[-1:])

    async def _undo(self, tx: Tx, step: Step) -> None:
        if self.merges:
            merged = self.merges.pop(step.spelling % len(self.merges))
            await lock_subjects(tx, [merged.survivor, merged.absorbed])
            await identity.record_merges(tx, [MergeUndone(**merged.model_dump())])

    async def _own(self, tx: Tx, step: Step) -> None:
        """Whose an address is changes with a new generation only, as customers tells it."""
        owner, hashed = self.people[step.person], self._hash(step.address)
        if self.owners.get(step.address, owner) != owner:
            await self._retire(tx, step)
        self.owners[step.address] = owner
        generation = self.generations[step.address]
        owned = IdentifierOwned(fingerprint=hashed, kind="email", generation=generation, trust=step.trust)
        await identity.record_owners(tx, [an_event(owned, owner, tx.now)])
        await tell_owners(tx, [hashed])

    async def _retire(self, tx: Tx, step: Step) -> None:
        owner = self.owners.pop(step.address, None)
        if owner is not None:
            self.generations[step.address] += 1
            generation = self.generations[step.address]
            retired = IdentifierRetired(fingerprint=self._hash(step.address), generation=generation)
            await identity.record_retired_identifiers(tx, [an_event(retired, owner, tx.now)])

    async def _erase(self, tx: Tx, step: Step) -> None:
        """The addresses are taken off the list again, so that only consent stands between them and a message."""
        person = self.people[step.person]
        await request_erasure(tx, Naming(KEY), Request(person, "officer", True, (), "test"))
        self.owners = {address: owner for address, owner in self.owners.items() if owner != person}
        named = [HASHING.address("email", spelling[0]) for spelling in self.spellings]
        await lift(tx, [(address, "email") for address in named], None, "test", protected_too=True)
        # Who was erased comes back under another id.
        self.people[step.person] = new_id()

    def _reference(self, step: Step) -> Reference:
        spellings = self.spellings[step.address]
        email = Identifier(kind="email", value=spellings[step.spelling % len(spellings)])
        return Reference(
            customer_id=None if step.names == "address" else self.people[step.person],
            identifiers=() if step.names == "person" else (email,),
        )

    def _hash(self, address: int) -> str:
        return HASHING.address("email", self.spellings[address][0]).fingerprint
