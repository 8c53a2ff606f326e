"""The page that teaches the language of segments."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from services.analytics.segments.domain.catalogue import Catalogue, Type
from services.analytics.segments.domain.language import parse

_PAGE = Path("docs/segments.md").read_text()
_CATALOGUE = Catalogue({"city": Type.STRING, "created_at": Type.DATETIME, "birth_date": Type.DATE})
# Only whole leaves: what is shown of windows and comparisons is a part of one.
_LEAVES = [leaf for line in _PAGE.splitlines() if line.startswith("| ") for leaf in re.findall(r"`(\{.*?\})`", line)]


def test_the_page_shows_every_kind_of_leaf() -> None:
    """Catches a table that this test cannot read any more."""
    assert len(_LEAVES) >= 12


@pytest.mark.parametrize("text", _LEAVES)
def test_what_the_page_shows_is_accepted(text: str) -> None:
    """Catches a page that promises what the language does not take."""
    parse(json.loads(text), _CATALOGUE)
