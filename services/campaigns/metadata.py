"""The tables of this service's database, filled in by each capability's tables.py."""

from sqlalchemy import MetaData

metadata = MetaData()
