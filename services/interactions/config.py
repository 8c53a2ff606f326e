"""Settings of interactions; the only room here that names environment variables."""

from __future__ import annotations

from typing import Annotated, ClassVar
from zoneinfo import available_timezones

from pydantic import Field, StringConstraints, field_validator

from shared.contracts.topics import Topic, publisher_topic
from shared.files.settings import FileSettings


class Settings(FileSettings):
    """What both processes of interactions need."""

    service: ClassVar[str] = "interactions"

    trusted_publishers: list[str] = Field(
        [],
        description="names that publishers on the topic give themselves and that are believed as a server's key is; "
        "a record carries no proof of it, so list names only where the broker keeps strangers out",
    )
    publisher_topics: list[Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]{0,49}$")]] = Field(
        [],
        description="publishers with a topic of their own, interactions-inbound-<name>: believed as a server's key is, "
        "by the topic's name, whatever a record says. The broker's ACLs let only them write there",
    )
    rate_max_age_days: int = Field(
        7, ge=0, le=366, description="a rate counts for this many days after its own; banks publish none on holidays"
    )
    confirm_timeout_s: float = Field(
        5.0, gt=0, le=15, description="machine seconds the HTTP doors wait for the broker before they answer 503"
    )

    default_time_zone: str = Field("UTC", description="IANA zone of times in files that name no offset")
    cart_quiet_minutes: int = Field(
        60,
        ge=5,
        le=7 * 24 * 60,
        description="a cart to which nothing happened for so long (business time) is abandoned",
    )
    import_followers: list[str] = Field(
        ["analytics"],
        description="consumer groups that must keep up with a file of orders: while one is behind, the import waits",
    )

    @field_validator("default_time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not an IANA time zone such as Europe/Berlin")
        return zone

    @property
    def own_topics(self) -> tuple[Topic, ...]:
        """One for each trusted publisher."""
        return tuple(publisher_topic(name) for name in self.publisher_topics)

    def unsafe(self) -> list[str]:
        """What must not be so in production."""
        found = super().unsafe()
        if self.trusted_publishers:
            found.append(
                "TRUSTED_PUBLISHERS believes whoever takes such a name; unset it and list these in PUBLISHER_TOPICS, "
                "which gives each a topic of its own"
            )
        return found
