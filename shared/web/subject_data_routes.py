"""The door at which privacy asks every service what it keeps about somebody."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.database.subject_data import subject_data
from shared.web.route import APIRouter
from shared.web.security import requires
from shared.web.transactions import TxDep

router = APIRouter(tags=["subject data"])


class SubjectIn(BaseModel):
    """Every id of one person."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"customer_ids": ["8f0d3c51-0b1e-8c55-9a77-5b1d0a4e2f01"]}]}
    )

    customer_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] = Field(description="the person's ids")


class SubjectDataOut(BaseModel):
    """What is kept, table by table. Names are those of the tables and columns; bytes are left out."""

    parts: dict[str, list[dict[str, Any]]] = Field(description="the rows of each table that keeps something")


@router.post("/subject-data", dependencies=[requires("subjects:read")], response_model=SubjectDataOut)
async def show_subject_data(body: SubjectIn, tx: TxDep) -> Response:
    """Everything that this service keeps about one person."""
    parts = await subject_data(tx, body.customer_ids)
    # The rows are JSON already: read and written again, those of a good customer would take a second.
    told = ",".join(f"{orjson.dumps(part.name).decode()}:[{','.join(part.rows)}]" for part in parts)
    return Response(f'{{"parts":{{{told}}}}}', media_type="application/json")
