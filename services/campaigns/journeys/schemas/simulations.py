"""Dry runs of a draft."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.campaigns.campaigns.schemas.campaigns import SegmentId
from services.campaigns.journeys.domain.conditions import ResponseKind
from services.campaigns.journeys.domain.simulating import Rates, Travelled
from services.campaigns.journeys.schemas.reports import NodeReportOut
from services.campaigns.journeys.service.simulating import Simulation
from shared.web.models import AnswerModel, StrictModel

Percent = Annotated[float, Field(ge=0, le=100)]


class SimulateIn(StrictModel):
    """Who walks, for how long, and what is assumed of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "segment_id": "0197c1c2-0000-7000-8000-000000000001",
                    "days": 30,
                    "responses": {"opened": 30, "clicked": 5},
                    "events": 10,
                }
            ]
        }
    )

    segment_id: SegmentId
    days: Annotated[int, Field(ge=1, le=366, description="so far the virtual clock goes")] = 30
    limit: Annotated[int, Field(ge=1, le=100_000, description="so many of the segment at most")] = 10_000
    responses: dict[ResponseKind, Percent] = Field(
        default_factory=dict, description="of a hundred messages handed over, how many are answered so within a day"
    )
    events: Percent = Field(0, description="of a hundred waits for an event, during how many it happens")

    def rates(self) -> Rates:
        """The domain's form."""
        return Rates(dict(self.responses.items()), self.events)


class SimulatedVisitOut(AnswerModel):
    """A node that would be left."""

    node: str = Field(description="its name")
    at: str = Field(description="when")
    outcome: str = Field(description="how")
    reason: str | None = Field(description="why")


class WayOut(AnswerModel):
    """The way of one customer."""

    customer_id: UUID = Field(description="whose")
    visits: list[SimulatedVisitOut] = Field(description="the nodes in order")
    standing: str | None = Field(description="where they are at the end of the simulated time")
    end_reason: str | None = Field(description="how it would end for them")

    @classmethod
    def of(cls, customer_id: UUID, way: Travelled) -> Self:
        """The way."""
        visits = [
            SimulatedVisitOut(node=visit.node, at=visit.left_at.isoformat(), outcome=visit.outcome, reason=visit.reason)
            for visit in way.visits
        ]
        return cls(customer_id=customer_id, visits=visits, standing=way.standing, end_reason=way.end_reason)


class SimulationOut(AnswerModel):
    """What would come of it. Nothing is sent or written; what is known of customers is taken to stay as it is."""

    customers: int = Field(description="who would enter, each person once")
    complete: bool = Field(description="false when the segment has more than `limit`")
    nodes: dict[str, NodeReportOut] = Field(description="as in the report: who came, who stands there, how they left")
    ended: dict[str, int] = Field(description="by how")
    by_day: dict[str, int] = Field(description="messages handed over, by day of the firm's zone")
    ways: list[WayOut] = Field(description="of the first few, whole")

    @classmethod
    def of(cls, simulation: Simulation) -> Self:
        """The outcome."""
        return cls(
            customers=simulation.customers,
            complete=simulation.complete,
            nodes={name: NodeReportOut.of(node) for name, node in sorted(simulation.nodes.items())},
            ended=dict(sorted(simulation.ended.items())),
            by_day=dict(sorted(simulation.by_day.items())),
            ways=[WayOut.of(customer_id, way) for customer_id, way in simulation.ways.items()],
        )
