"""The pages' words."""

from __future__ import annotations

import string

import pytest

from services.privacy.site.content import LANGUAGES, language_of, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    """Catches a page that breaks in one language, and a value that a translation forgot."""
    english, other = words("en"), words(language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert _values(other[key]) == _values(text), key
        assert other[key].strip()
        assert language == "en" or other[key] != text or len(text) < 10, f"{key} is English"


@pytest.mark.parametrize(
    ("accepted", "asked", "chosen"),
    [(None, None, "en"), ("de-AT,de;q=0.9,en;q=0.8", None, "de"), ("pl,fr;q=0.3,cs;q=0.7", None, "cs"),
     ("de", "fr", "fr"), ("de", "pl", "de"), ("de", "ro-RO", "ro"), (";;q=x,,", None, "en"), ("x" * 9000, "", "en")],
)  # fmt: skip
def test_a_page_speaks_the_reader_s_language(accepted: str | None, asked: str | None, chosen: str) -> None:
    """Catches German readers who get English, and a header that breaks the page."""
    assert language_of(accepted, [asked]) == chosen


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
