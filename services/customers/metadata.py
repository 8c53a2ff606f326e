"""The MetaData that the tables of all capabilities share."""

from __future__ import annotations

from sqlalchemy import DateTime, MetaData

metadata = MetaData()

MOMENT = DateTime(timezone=True)
