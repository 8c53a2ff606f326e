"""The catalogue of this database's tables, which the `tables.py` of each capability adds to."""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData()
