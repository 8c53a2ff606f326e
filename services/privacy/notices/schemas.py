"""Bodies of requests and answers about purposes and wordings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.privacy.identity.domain import CHANNELS
from services.privacy.notices.domain import OFFERED, Basis, Notice, NoticeKey, Purpose, Terms
from shared.contracts.addressing import ChannelName
from shared.contracts.addressing import Purpose as PurposeName
from shared.contracts.inbound import Code, Strict
from shared.ids import new_id

Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"),
    Field(description="language tag such as de or pt-BR", examples=["de"]),
]
WordingText = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]+$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Labels = Annotated[dict[Language, Label], Field(max_length=30)]
EVERY_CHANNEL: tuple[ChannelName, ...] = get_args(ChannelName)
Channels = Annotated[list[ChannelName], Field(min_length=1, max_length=4)]
BasisName = Literal["consent", "soft_opt_in", "contract", "legitimate_interest", "legal_obligation"]


class TermsIn(Strict):
    """A basis on which a purpose may rest."""

    basis: BasisName = Field(description="the legal basis")
    days: Annotated[int, Field(ge=1, le=36_500)] | None = Field(
        None, description="how long a grant on it lasts when it names no end; until it is withdrawn when absent"
    )


class PurposeIn(Strict):
    """What messages are for. What was said about a purpose stands when its definition changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "labels": {"en": "News about wine", "de": "Neues vom Wein"},
                    "description": "The monthly letter of the wine department",
                    "channels": ["email", "post"],
                    "bases": [{"basis": "consent"}, {"basis": "soft_opt_in", "days": 730}],
                }
            ]
        }
    )

    labels: Labels = Field(default_factory=dict, description="the words for it on pages for recipients, by language")
    description: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = Field(
        "", description="for colleagues"
    )
    channels: Channels = Field(default_factory=lambda: [*EVERY_CHANNEL], description="the channels that it may use")
    bases: Annotated[list[TermsIn], Field(min_length=1, max_length=len(OFFERED))] = Field(
        default_factory=lambda: [TermsIn(basis=basis.value) for basis in OFFERED],
        description="the bases on which it may rest",
    )
    archived: bool = Field(False, description="nothing is granted any more; refusals are taken, what holds goes on")

    def purpose(self, name: str, changed_by: str) -> Purpose:
        """What the use case takes."""
        return Purpose(
            name=name,
            labels=dict(self.labels),
            description=self.description,
            channels=tuple(dict.fromkeys(self.channels)),
            bases=tuple({Basis(terms.basis): Terms(Basis(terms.basis), terms.days) for terms in self.bases}.values()),
            archived=self.archived,
            changed_by=changed_by,
        )


class TermsOut(BaseModel):
    """A basis on which a purpose may rest."""

    basis: Basis = Field(description="the legal basis")
    days: int | None = Field(description="how long a grant on it lasts; null: until it is withdrawn")


class PurposeOut(BaseModel):
    """A purpose as it is defined now."""

    name: str = Field(description="how statements, permits and campaigns name it")
    labels: dict[str, str] = Field(description="the words for it on pages for recipients, by language")
    description: str = Field(description="for colleagues")
    channels: list[str] = Field(description="the channels that it may use")
    bases: list[TermsOut] = Field(description="the bases on which it may rest")
    built_in: bool = Field(description="part of every installation")
    archived: bool = Field(description="nothing is granted any more")
    changed_by: str = Field(description="the API key that defined it last")
    changed_at: datetime | None = Field(description="when it was defined last")

    @classmethod
    def of(cls, purpose: Purpose) -> Self:
        """A purpose as it is shown."""
        return cls(
            name=purpose.name,
            labels=dict(purpose.labels),
            description=purpose.description,
            channels=list(purpose.channels),
            bases=[TermsOut(basis=terms.basis, days=terms.days) for terms in purpose.bases],
            built_in=purpose.built_in,
            archived=purpose.archived,
            changed_by=purpose.changed_by,
            changed_at=purpose.changed_at,
        )


class PurposesOut(BaseModel):
    """Every purpose, by name."""

    items: list[PurposeOut] = Field(description="the purposes")


class NoticeRef(Strict):
    """The wording that somebody saw, as it was stored with POST /notices."""

    name: Code = Field(description="the wording's name")
    version: Code = Field(description="its version")
    language: Language

    @property
    def key(self) -> NoticeKey:
        """How the catalogue knows it."""
        return NoticeKey(self.name, self.version, self.language)


class NoticeIn(Strict):
    """A version of a wording in one language. What was stored stays; other words are another version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "newsletter-footer",
                    "version": "2026-11",
                    "language": "en",
                    "purpose": "marketing",
                    "channels": ["email"],
                    "text": "Yes, send me offers and news by e-mail. I can take this back at any time.",
                }
            ]
        }
    )

    name: Code = Field(description="where it is shown, in the firm's own words")
    version: Code = Field(description="of these words; a new one for every change")
    language: Language
    purpose: PurposeName
    channels: Channels = Field(description="what it asks for")
    text: WordingText = Field(description="the exact words")

    def notice(self, now: datetime, recorded_by: str) -> Notice:
        """What the use case takes."""
        return Notice(
            notice_id=new_id(),
            name=self.name,
            version=self.version,
            language=self.language,
            purpose=self.purpose,
            channels=tuple(channel for channel in CHANNELS if channel in self.channels),
            text=self.text,
            recorded_at=now,
            recorded_by=recorded_by,
        )


class NoticeOut(BaseModel):
    """A wording as it is kept."""

    notice_id: UUID = Field(description="by which statements point at it")
    name: str = Field(description="where it is shown")
    version: str = Field(description="of these words")
    language: str = Field(description="language tag")
    purpose: str = Field(description="what it asks for")
    channels: list[str] = Field(description="over which channels")
    text: str = Field(description="the exact words")
    sha256: str = Field(description="of the text's UTF-8, hex")
    recorded_at: datetime = Field(description="when it was stored")
    recorded_by: str = Field(description="the API key that stored it")

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """A wording as it is shown."""
        return cls(
            notice_id=notice.notice_id,
            name=notice.name,
            version=notice.version,
            language=notice.language,
            purpose=notice.purpose,
            channels=list(notice.channels),
            text=notice.text,
            sha256=notice.wording.hash,
            recorded_at=notice.recorded_at,
            recorded_by=notice.recorded_by,
        )
