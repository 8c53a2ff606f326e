"""Bodies of requests and answers about lists of hashed addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.privacy.suppression_lists.domain import Algorithm
from shared.contracts.addressing import ChannelName
from shared.contracts.inbound import Strict

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EntriesIn(Strict):
    """Hashed addresses to which no marketing is to go. `sha256`: hex SHA-256 of the address in small letters, its
    domain as mail servers know it (`xn--`), a phone as E.164. `keyed`: as an installation with the same key gave them
    out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "email",
                    "algorithm": "sha256",
                    "digests": ["973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"],
                }
            ]
        }
    )

    channel: ChannelName = Field(description="the channel on which the addresses are used")
    algorithm: Algorithm = Field(Algorithm.SHA256, description="how they are hashed")
    digests: Annotated[list[Digest], Field(min_length=1, max_length=10_000)] = Field(description="the hashes, hex")
    key_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = Field(
        None, description="of keyed hashes: which key, as the export names it"
    )


class AddedOut(BaseModel):
    """What came of it; asked again nothing is added."""

    added: int = Field(description="entries that were not on this list yet")


class DeletedOut(BaseModel):
    """A list that counts no longer."""

    deleted: int = Field(description="entries that it had")


class ListOut(BaseModel):
    """A list that was brought in."""

    name: str = Field(description="its name")
    entries: int = Field(description="how many hashed addresses")
    added_at: datetime = Field(description="when the first came")
    added_by: str = Field(description="the API key that brought it")


class ListsOut(BaseModel):
    """Every list, by name."""

    items: list[ListOut] = Field(description="the lists")


class ExportedOut(BaseModel):
    """An entry of our own suppression list."""

    fingerprint: str = Field(description="keyed hash of the address")
    channel: str = Field(description="the channel")
    reason: str = Field(description="why")
    since: datetime = Field(description="since when")


class ExportOut(BaseModel):
    """A page of our own list."""

    key_id: str = Field(description="which key: an installation with another one cannot use this")
    items: list[ExportedOut] = Field(description="entries, by hash")
    next: str | None = Field(description="pass as `after` for the following page; null on the last")
