"""Answers that were taken: their outcome for a month, their words until they are passed on."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from services.privacy.metadata import TIMESTAMP, metadata

inbound_messages = Table(
    "inbound_messages",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("word", Text),
    Column("withdrawn", Integer, nullable=False),
    # Sender and text, under a key outside the database; null once passed on, or where nothing is to be passed on.
    Column("sealed", LargeBinary),
    Column("received_at", TIMESTAMP, nullable=False),
    Column("taken_at", TIMESTAMP, nullable=False),
)
