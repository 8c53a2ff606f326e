"""Walk a journey under a virtual clock: the same step, the gate's own rules, reactions drawn by chance from stated
rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from services.campaigns.journeys.domain.conditions import Facts
from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.nodes import Send, WaitUntil
from services.campaigns.journeys.domain.steps import awaits_event, step
from services.campaigns.journeys.domain.travellers import Place, Traveller, Visit, drawn
from services.campaigns.messages.domain.ledger import Standing

# When a response comes, after its message was handed over.
_ANSWERS_WITHIN = timedelta(hours=24)
# More turns than a journey without loops can have.
_MOST_TURNS = 1_000

# What becomes of the message of a node that is due at an instant and expires at another.
Judged = Callable[[str, Send, datetime, datetime], Standing]


@dataclass(frozen=True, slots=True)
class Rates:
    """What is assumed of people: of a hundred messages that are handed over, how many get each kind of response within
    a day; of a hundred waits for an event, during how many it happens."""

    responses: Mapping[str, float] = field(default_factory=dict)
    events: float = 0.0


@dataclass(slots=True)
class Travelled:
    """What would happen to one customer until the end of the simulated time. `standing` is the node where they are
    then, None when they have ended."""

    visits: list[Visit] = field(default_factory=list)
    standing: str | None = None
    end_reason: str | None = None


@dataclass(slots=True)
class _Answers:
    """Responses that have come, and those that will, by instant."""

    coming: list[tuple[datetime, str, str]] = field(default_factory=list)
    come: dict[str, set[str]] = field(default_factory=dict)

    def next_after(self, at: datetime) -> datetime | None:
        """When the next one comes."""
        return min((when for when, _, _ in self.coming if when > at), default=None)

    def until(self, at: datetime) -> None:
        """What has come at that instant is known."""
        for _, node, kind in (answer for answer in self.coming if answer[0] <= at):
            self.come.setdefault(node, set()).add(kind)
        self.coming = [answer for answer in self.coming if answer[0] > at]


def travel(
    traveller: Traveller,
    definition: Definition,
    salt: UUID,
    known: Facts,
    zone: tzinfo,
    judged: Judged,
    rates: Rates,
    until: datetime,
) -> Travelled:
    """The way of somebody who stands ready at the first node, as it would be if what is known of them stayed as it is.
    The same seeds give the same way each time."""
    travelled, answers = Travelled(), _Answers()
    outcomes: dict[str, Standing] = {}
    for _ in range(_MOST_TURNS):
        now = _looked_at(traveller, definition, salt, rates, answers)
        if now is None or now > until:
            break
        if traveller.place is Place.SENDING:
            node = definition.nodes[traveller.node]
            assert isinstance(node, Send), "only those send"
            standing = judged(traveller.node, node, traveller.since, traveller.since + node.expires_after)
            outcomes[traveller.node] = standing
            if standing.state == "handed_over" and standing.settled_at is not None:
                _draw(answers, traveller, salt, rates, standing.settled_at)
            now = standing.settled_at or now
            if now > until:
                break
        answers.until(now)
        facts = replace(
            known,
            outcomes=dict(outcomes),
            responses={node: frozenset(kinds) for node, kinds in answers.come.items()},
        )
        heard = traveller.listening and now == _heard_at(traveller, definition, salt, rates)
        turn = step(replace(traveller, due_at=now, heard_at=now if heard else None), definition, salt, facts, zone, now)
        travelled.visits += turn.visits
        traveller = turn.traveller
    travelled.standing = traveller.node if traveller.place is not Place.ENDED else None
    travelled.end_reason = traveller.end_reason
    return travelled


def _looked_at(
    traveller: Traveller, definition: Definition, salt: UUID, rates: Rates, answers: _Answers
) -> datetime | None:
    """When something happens next: what is due, or an answer or event that is waited for."""
    if traveller.due_at is None or traveller.place is Place.SENDING:
        return traveller.since if traveller.place is Place.SENDING else None
    moments = [traveller.due_at]
    if traveller.listening:
        moments += [at for at in (answers.next_after(traveller.since),) if at is not None]
        moments += [at for at in (_heard_at(traveller, definition, salt, rates),) if at is not None]
    return min(moments)


def _heard_at(traveller: Traveller, definition: Definition, salt: UUID, rates: Rates) -> datetime | None:
    """When the event happens for which it waits at this node; None when it does not."""
    node = definition.nodes[traveller.node]
    if not isinstance(node, WaitUntil) or not awaits_event(definition, traveller.node):
        return None
    number = drawn(traveller.seed, salt, f"{traveller.node}:event")
    return traveller.since + node.at_most * (number / rates.events) if number < rates.events else None


def _draw(answers: _Answers, traveller: Traveller, salt: UUID, rates: Rates, at: datetime) -> None:
    for kind, percent in sorted(rates.responses.items()):
        number = drawn(traveller.seed, salt, f"{traveller.node}:{kind}")
        if number < percent:
            answers.coming.append((at + _ANSWERS_WITHIN * (number / percent), traveller.node, kind))
