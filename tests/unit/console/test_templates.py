"""The gallery's templates, judged by the services that will be asked to take them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from console.build import WEB
from services.analytics.segments.domain.catalogue import Catalogue
from services.analytics.segments.domain.language import parse
from services.analytics.segments.domain.vocabulary import vocabulary
from services.campaigns.campaigns.domain.fields import fields_of
from services.campaigns.campaigns.schemas.campaigns import CampaignIn
from services.campaigns.content.domain.names import ALWAYS, TemplateField, tree_of
from services.campaigns.content.domain.templates import check

LANGUAGES = ("en", "de")
SOME_ID = "00000000-0000-7000-8000-000000000001"


def read(name: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = orjson.loads((WEB / f"src/templates/{name}.json").read_bytes())
    return made


SEGMENTS, CAMPAIGNS, LETTERS = read("segments"), read("campaigns"), read("letters")


def test_there_are_as_many_as_the_first_hour_promises() -> None:
    """Catches a gallery that shrinks."""
    assert (len(SEGMENTS), len(CAMPAIGNS)) >= (10, 5)
    assert len(LETTERS) >= 3
    for template in (*SEGMENTS, *CAMPAIGNS, *LETTERS):
        assert len(template["name"]) == len(template["about"]) == len(LANGUAGES), template["key"]
    keys = [template["key"] for template in SEGMENTS]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("template", SEGMENTS, ids=lambda template: template["key"])
def test_a_segment_of_the_gallery_is_one_that_analytics_takes(template: dict[str, Any]) -> None:
    """Catches a rule that is refused, or that asks for an attribute which no installation has."""
    parse(template["definition"], Catalogue(attributes=vocabulary({"birth_date": "date"})))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", CAMPAIGNS, ids=lambda template: template["key"])
def test_a_campaign_of_the_gallery_is_one_that_campaigns_takes(template: dict[str, Any], language: str) -> None:
    """Catches a letter that cannot be found, a draft that is refused, a name or link that its templates lack."""
    [letter] = [letter for letter in LETTERS if letter["key"] == template["letter"]]
    draft = {**template["draft"], "name": template["name"][0], "purpose": "marketing", "channel": "email"}
    if template["segment"] is not None:
        assert template["segment"] in [segment["key"] for segment in SEGMENTS]
        draft["trigger"] = {**draft["trigger"], "segment_id": SOME_ID}
    body = CampaignIn.model_validate({**draft, "content": letter["content"][language]})
    definition = body.definition()
    names = (*ALWAYS, TemplateField("customer.given_name", "text", ""), *fields_of(definition.trigger))
    assert check(definition.content, marketing=True, tree=tree_of(names)) == []
