"""The step: where a traveller goes next. Pure, so that a simulation and the worker walk the same way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import assert_never
from uuid import UUID

from services.campaigns.journeys.domain.conditions import EventHappens, Facts, holds
from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.nodes import (
    Branch,
    Exit,
    Node,
    Send,
    Split,
    UntilMet,
    Wait,
    WaitUntil,
)
from services.campaigns.journeys.domain.travellers import Place, Traveller, Visit, drawn
from services.campaigns.journeys.domain.waiting import end_of_wait

# A message of which nobody knows is waited for so long: somebody may find out.
UNKNOWN_FOR = timedelta(hours=24)
# When a message that should have ended has not, look again after this.
_LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that the step put into the ledger's hands; it expires at `expires_at`."""

    node: str
    send: Send
    expires_at: datetime


@dataclass(slots=True)
class Turn:
    """What one step did: the traveller as it stands now, the nodes that it left and those it came to, and at most one
    message."""

    traveller: Traveller
    visits: list[Visit] = field(default_factory=list)
    arrivals: list[str] = field(default_factory=list)
    sending: Sending | None = None

    def leave(self, node: str, at: datetime, outcome: str, reason: str | None = None) -> None:
        """The node is left for good."""
        self.visits.append(Visit(node, self.traveller.since, at, outcome, reason))
        self.traveller = replace(self.traveller, steps=self.traveller.steps + 1)

    def end(self, at: datetime, reason: str) -> None:
        """The journey is over for this traveller."""
        self.traveller = replace(
            self.traveller,
            place=Place.ENDED,
            since=at,
            due_at=None,
            listening=False,
            ended_at=at,
            end_reason=reason,
        )

    def leave_early(self, at: datetime, reason: str) -> None:
        """The journey is over before the node was through."""
        self.leave(self.traveller.node, at, "ended", reason)
        self.end(at, reason)

    def come_to(self, node: str | None, at: datetime) -> None:
        """On to the next node, or to the end when there is none."""
        if node is None:
            self.end(at, "completed")
            return
        self.arrivals.append(node)
        self.traveller = replace(
            self.traveller, node=node, place=Place.READY, since=at, due_at=at, listening=False, heard_at=None
        )

    def stay(self, place: Place, due_at: datetime | None, *, listening: bool = False) -> None:
        """It waits here."""
        self.traveller = replace(self.traveller, place=place, due_at=due_at, listening=listening)


def step(
    traveller: Traveller,
    definition: Definition,
    salt: UUID,
    facts: Facts,
    zone: tzinfo,
    now: datetime,
    not_before: datetime | None = None,
) -> Turn:
    """Walk on from where the traveller stands until it has to wait, or is at the end.

    Every node is left at the instant at which that was due, so that lateness does not add up; not before `not_before`,
    the end of a pause, so that what waited for it is not too late at once.
    """
    turn = Turn(traveller)
    while (due := turn.traveller.due_at) is not None and due <= now:
        before = turn.traveller
        at = max(due, not_before) if not_before is not None and not_before <= now else due
        node = definition.nodes.get(before.node)
        if facts.erased or node is None:
            turn.leave_early(at, "erased" if facts.erased else "node-gone")
            break
        if definition.leave_when and all(holds(condition, facts) for condition in definition.leave_when):
            turn.leave(before.node, at, "left", "leave-when")
            turn.end(at, "left")
            break
        _take(turn, node, definition, salt, facts, zone, at, now)
        if turn.traveller == before:
            raise RuntimeError(f"the node {before.node} neither leads on nor waits")
    return turn


def _take(
    turn: Turn, node: Node, definition: Definition, salt: UUID, facts: Facts, zone: tzinfo, at: datetime, now: datetime
) -> None:
    name = turn.traveller.node
    if isinstance(node, Send):
        _send(turn, name, node, facts, at, now)
    elif isinstance(node, Wait):
        if turn.traveller.place is Place.READY:
            turn.stay(Place.WAITING, at + node.duration)
        else:
            turn.leave(name, at, "waited")
            turn.come_to(node.next, at)
    elif isinstance(node, WaitUntil):
        _wait_until(turn, name, node, facts, zone, at, now)
    elif isinstance(node, Branch):
        _branch(turn, name, node, facts, at)
    elif isinstance(node, Split):
        _split(turn, name, node, salt, at)
    elif isinstance(node, Exit):
        turn.leave(name, at, "exited", node.reason)
        turn.end(at, node.reason)
    else:
        assert_never(node)


def _send(turn: Turn, name: str, node: Send, facts: Facts, at: datetime, now: datetime) -> None:
    if turn.traveller.place is Place.READY:
        if facts.skipping:
            turn.leave(name, at, "skipped", "journey-paused")
            turn.come_to(node.next, at)
            return
        expires_at = at + node.expires_after
        turn.sending = Sending(name, node, expires_at)
        # The ledger wakes the traveller as soon as the message has ended; this is for what it never hears of.
        turn.stay(Place.SENDING, max(expires_at, now) + _LOOK_AGAIN)
        return
    outcome = facts.outcomes.get(name)
    if outcome is None or outcome.state in ("waiting", "claimed"):
        turn.stay(Place.SENDING, now + _LOOK_AGAIN)
        return
    if outcome.state == "unknown" and outcome.settled_at is not None and now < outcome.settled_at + UNKNOWN_FOR:
        turn.stay(Place.SENDING, outcome.settled_at + UNKNOWN_FOR)
        return
    turn.leave(name, at, outcome.state, outcome.reason)
    turn.come_to(node.next, at)


def _wait_until(
    turn: Turn, name: str, node: WaitUntil, facts: Facts, zone: tzinfo, at: datetime, now: datetime
) -> None:
    traveller = turn.traveller
    limit = traveller.since + node.at_most
    if isinstance(node.until, UntilMet):
        heard = traveller.heard_at is not None
        end = at if any(holds(condition, facts, heard=heard) for condition in node.until.any_of) else None
    else:
        end = end_of_wait(node.until, facts.attributes, zone, traveller.since)
        if end is None:
            turn.leave(name, at, "no-date")
            turn.come_to(node.otherwise, at)
            return
    if end is not None and end <= min(now, max(limit, at)):
        turn.leave(name, max(end, at), "met")
        turn.come_to(node.next, max(end, at))
    elif limit <= now:
        turn.leave(name, max(limit, at), "timed-out")
        turn.come_to(node.otherwise, max(limit, at))
    else:
        turn.stay(Place.WAITING, limit if end is None else min(end, limit), listening=True)


def _branch(turn: Turn, name: str, node: Branch, facts: Facts, at: datetime) -> None:
    for place, choice in enumerate(node.choices):
        if all(holds(condition, facts) for condition in choice.when):
            turn.leave(name, at, f"choice-{place}")
            turn.come_to(choice.next, at)
            return
    turn.leave(name, at, "otherwise")
    turn.come_to(node.otherwise, at)


def _split(turn: Turn, name: str, node: Split, salt: UUID, at: datetime) -> None:
    number, arm = drawn(turn.traveller.seed, salt, name), node.arms[-1]
    for candidate in node.arms:
        if number < candidate.percent:
            arm = candidate
            break
        number -= candidate.percent
    turn.leave(name, at, arm.name)
    turn.come_to(arm.next, at)


def awaits_event(definition: Definition, node: str) -> tuple[EventHappens, ...]:
    """The events for which a traveller at this node waits."""
    found = definition.nodes.get(node)
    if not isinstance(found, WaitUntil) or not isinstance(found.until, UntilMet):
        return ()
    return tuple(condition for condition in found.until.any_of if isinstance(condition, EventHappens))
