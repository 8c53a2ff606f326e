"""The one MetaData that the tables of all capabilities belong to, and the type of their times."""

from __future__ import annotations

from sqlalchemy import DateTime, MetaData

metadata = MetaData()
TIMESTAMP = DateTime(timezone=True)
