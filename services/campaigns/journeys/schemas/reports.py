"""What a journey did, as it goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from services.campaigns.journeys.domain.journey import JourneyState
from services.campaigns.journeys.domain.travellers import Place, Traveller, WrittenVisit
from services.campaigns.journeys.service.reports import JourneyReport, NodeReport, Trip, VersionReport
from services.campaigns.messages.service.reports import MessageReport
from shared.web.models import AnswerModel


class NodeReportOut(AnswerModel):
    """arrived = inside + all that left."""

    arrived: int = Field(description="who came to the node")
    inside: int = Field(description="who stands there now")
    left: dict[str, int] = Field(description="how they left it: waited, met, timed-out, handed_over, refused: reason …")

    @classmethod
    def of(cls, node: NodeReport) -> Self:
        """The counts of a node."""
        return cls(arrived=node.arrived, inside=node.inside, left=dict(sorted(node.left.items())))


class VersionReportOut(AnswerModel):
    """One version of the journey."""

    entered: int = Field(description="who entered this version")
    not_entered: dict[str, int] = Field(description="who met the trigger and was not let in, by why: re-entry, inside")
    goals: int = Field(description="runs that reached the goal, also after their end")
    ended: dict[str, int] = Field(description="by how: completed, goal, left, stopped, or the name of an exit")
    nodes: dict[str, NodeReportOut] = Field(description="by name")

    @classmethod
    def of(cls, version: VersionReport) -> Self:
        """The counts of a version."""
        return cls(
            entered=version.entered,
            not_entered=dict(sorted(version.not_entered.items())),
            goals=version.goals,
            ended=dict(sorted(version.ended.items())),
            nodes={name: NodeReportOut.of(node) for name, node in sorted(version.nodes.items())},
        )


class MessagesOut(AnswerModel):
    """audience = handed_over + refused + failed + unknown + waiting."""

    audience: int = Field(description="messages in all")
    handed_over: int = Field(description="taken by the provider")
    refused: dict[str, int] = Field(description="by reason; holdout among them")
    failed: dict[str, int] = Field(description="by reason")
    unknown: int = Field(description="nobody knows what became of them; an operator settles them")
    waiting: dict[str, int] = Field(description="by what they wait for")
    responses: dict[str, int] = Field(description="messages with at least one response, by kind")
    links: dict[str, int] = Field(description="messages of which each link was clicked")

    @classmethod
    def of(cls, report: MessageReport) -> Self:
        """The account of the ledger."""
        account = report.account
        return cls(
            audience=account.audience,
            handed_over=account.handed_over,
            refused=dict(account.refused),
            failed=dict(account.failed),
            unknown=account.unknown,
            waiting=dict(account.waiting),
            responses=dict(report.responses),
            links=dict(report.links),
        )


class JourneyReportOut(AnswerModel):
    """Where everybody who entered stands, and what became of the messages."""

    journey_id: UUID = Field(description="the journey")
    state: JourneyState = Field(description="of the journey")
    versions: dict[int, VersionReportOut] = Field(description="by number; compare them")
    messages: MessagesOut = Field(description="the ledger's account, over all versions")
    adds_up: bool = Field(description="whoever entered is inside or has ended; anything else is a fault of ours")

    @classmethod
    def of(cls, report: JourneyReport) -> Self:
        """The report."""
        return cls(
            journey_id=report.journey.id,
            state=report.journey.state,
            versions={number: VersionReportOut.of(version) for number, version in report.versions.items()},
            messages=MessagesOut.of(report.messages),
            adds_up=report.adds_up,
        )


class TravellerOut(AnswerModel):
    """One run of a customer through the journey."""

    id: UUID = Field(description="of the run")
    customer_id: UUID = Field(description="the id under which the customer entered")
    version: int = Field(description="the version that is walked")
    entry_id: UUID = Field(description="the event, transition, run or call that led to it")
    key: str = Field(description="what tells this run apart, such as an order's number; empty when nothing does")
    node: str = Field(description="where it stands, or stood last")
    place: Place = Field(description="ready, waiting, sending (its message is in the ledger) or ended")
    since: datetime = Field(description="when it came there")
    due_at: datetime | None = Field(description="when it is looked at next; null at the end")
    entered_at: datetime = Field(description="when it began")
    goal_at: datetime | None = Field(description="when it reached the goal")
    ended_at: datetime | None = Field(description="when it ended")
    end_reason: str | None = Field(description="how it ended")

    @classmethod
    def of(cls, traveller: Traveller) -> Self:
        """The traveller as it stands."""
        return cls(**{name: getattr(traveller, name) for name in TravellerOut.model_fields})


class VisitOut(AnswerModel):
    """A node that was left."""

    node: str = Field(description="its name")
    version: int = Field(description="of the version that was walked then")
    came_at: datetime = Field(description="when")
    left_at: datetime = Field(description="when")
    outcome: str = Field(description="how: waited, met, timed-out, choice-0, an arm's name, handed_over, refused …")
    reason: str | None = Field(description="why, such as no-consent or frequency-cap")

    @classmethod
    def of(cls, visit: WrittenVisit) -> Self:
        """The visit."""
        return cls(**{name: getattr(visit, name) for name in cls.model_fields})


class TripOut(TravellerOut):
    """One run of a customer, with its way."""

    journey_id: UUID = Field(description="of which journey")
    journey: str | None = Field(description="what it is called")
    visits: list[VisitOut] = Field(description="every node that it left, in order")

    @classmethod
    def of_trip(cls, trip: Trip) -> Self:
        """The run with its way."""
        return cls(
            **TravellerOut.of(trip.traveller).model_dump(),
            journey_id=trip.traveller.journey_id,
            journey=trip.journey,
            visits=[VisitOut.of(visit) for visit in trip.visits],
        )
