"""Bodies of requests and answers about sign-ups."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from services.privacy.consents.schemas.asked import Evidence
from services.privacy.notices.schemas import Labels, Language, NoticeRef
from services.privacy.signups.domain import Form, Person, SignUp
from services.privacy.signups.service.requesting import SignUpRequest
from shared.contracts.inbound import Code, Strict
from shared.contracts.times import Day

# No angle brackets and no address of a page: names end up in letters.
_NAME = r"^[^\x00-\x1f<>/]*[^\s\x00-\x1f<>/][^\x00-\x1f<>/]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_NAME)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
_NOTICE: dict[str, JsonValue] = {"name": "newsletter-footer", "version": "2026-11", "language": "en"}


class PersonIn(Strict):
    """Who signs up, as they type it into a form."""

    email: Email = Field(description="the address to be asked; kept sealed, and only until it confirms")
    given_name: Name | None = Field(None, description="goes to customers once the address has confirmed")
    family_name: Name | None = Field(None, description="goes to customers once the address has confirmed")


class SignUpIn(PersonIn):
    """Somebody wants to hear from the firm. Their address is asked by mail first: nothing is permitted before it
    confirms, whoever holds the key."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "rosa@example.test",
                    "given_name": "Rosa",
                    "language": "en",
                    "notices": [_NOTICE],
                    "evidence": {"page": "/checkout"},
                }
            ]
        }
    )

    language: Language = Field("en", description="of the confirmation mail and page")
    notices: Annotated[list[NoticeRef], Field(min_length=1, max_length=10)] = Field(
        description="the wordings that they saw and ticked"
    )
    evidence: Evidence = Field(default_factory=dict, description="whatever else proves it: page, order, till")
    birth_date: Day | None = Field(None, description="not kept; whoever is too young to consent is refused")
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        None, description="ISO 3166, whose age of consent counts", examples=["DE"]
    )

    def request(self, source: str, client: str) -> SignUpRequest:
        """What the use case takes. `source` is the API key's id."""
        return SignUpRequest(
            person=Person(self.email, self.given_name, self.family_name),
            language=self.language.partition("-")[0],
            notices=tuple(dict.fromkeys(notice.key for notice in self.notices)),
            source=source,
            evidence={**self.evidence, "requested_by": source, "requested_from": client},
            birth_date=self.birth_date,
            country=self.country,
        )


class SignUpOut(BaseModel):
    """The address is asked now, unless it was asked a moment ago or too often today; the answer is the same."""

    signup_id: UUID = Field(description="kept with the proof once the address confirms")


class CardsIn(Strict):
    """Sign-ups whose confirmation is about to be mailed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"signup_ids": ["0199aaaa-0000-7000-8000-00000000000a"]}]}
    )

    signup_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)] = Field(description="their ids")


class CardOut(BaseModel):
    """Where a confirmation goes, and the token of its link."""

    signup_id: UUID = Field(description="the sign-up")
    email: str = Field(description="the address as it was typed")
    language: str = Field(description="of the mail")
    token: str = Field(description="what the confirmation link ends with: /confirm/{token}")
    expires_at: datetime = Field(description="when the link ends to work")

    @classmethod
    def of(cls, signup: SignUp, person: Person, token: str) -> Self:
        """The card of a sign-up that waits."""
        return cls(
            signup_id=signup.signup_id,
            email=person.email,
            language=signup.language,
            token=token,
            expires_at=signup.expires_at,
        )


class CardsOut(BaseModel):
    """Those of the sign-ups that wait for their confirmation."""

    items: list[CardOut] = Field(description="one for each that waits")


class FormIn(Strict):
    """A page on which people sign up. It shows the newest version of each wording in the visitor's language."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"titles": {"en": "Our newsletter"}, "notices": ["newsletter-footer"]}]}
    )

    titles: Labels = Field(default_factory=dict, description="its heading, by language")
    notices: Annotated[list[Code], Field(min_length=1, max_length=10)] = Field(
        description="names of the wordings, each with a box to tick"
    )
    ask_name: bool = Field(False, description="whether it asks for the name too")
    archived: bool = Field(False, description="the page is closed; sign-ups that wait may still confirm")

    def form(self, name: str, changed_by: str) -> Form:
        """What the use case takes."""
        notices = tuple(dict.fromkeys(self.notices))
        return Form(name, dict(self.titles), notices, self.ask_name, self.archived, changed_by)


class FormOut(BaseModel):
    """A form as it is defined now."""

    name: str = Field(description="the form's page is /forms/{name}")
    titles: dict[str, str] = Field(description="its heading, by language")
    notices: list[str] = Field(description="names of the wordings")
    ask_name: bool = Field(description="whether it asks for the name too")
    archived: bool = Field(description="the page is closed")
    changed_by: str = Field(description="the API key that defined it last")
    changed_at: datetime | None = Field(description="when it was defined last")

    @classmethod
    def of(cls, form: Form) -> Self:
        """A form as it is shown."""
        return cls(
            name=form.name,
            titles=dict(form.titles),
            notices=list(form.notices),
            ask_name=form.ask_name,
            archived=form.archived,
            changed_by=form.changed_by,
            changed_at=form.changed_at,
        )


class FormsOut(BaseModel):
    """Every form, by name."""

    items: list[FormOut] = Field(description="the forms")


class EmbedOut(BaseModel):
    """What to paste into a page of the firm's."""

    html: str = Field(description="a form without scripts that posts to privacy's own page")
    url: str = Field(description="the hosted page")
    language: str = Field(description="the language of its words")
