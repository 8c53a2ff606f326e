"""Secrets in a database."""

from __future__ import annotations

import pytest

from shared.security.sealing import NotSealed, seal_text, unseal_text

KEY, OTHER = "k" * 32, "o" * 32


def test_a_secret_comes_back_only_with_its_key_for_its_purpose_and_its_row() -> None:
    """Catches a secret that is stored as it is, one key that opens everything, and a secret moved to another row."""
    stored = seal_text(KEY, "mail", b"1", "pä55word")
    assert "pä55word" not in stored
    assert seal_text(KEY, "mail", b"1", "pä55word") != stored
    assert unseal_text(KEY, "mail", b"1", stored) == "pä55word"
    for key, use, row, text in (
        (OTHER, "mail", b"1", stored),
        (KEY, "other", b"1", stored),
        (KEY, "mail", b"2", stored),
        (KEY, "mail", b"1", stored[:-4] + "AAA="),
        (KEY, "mail", b"1", "no base64"),
    ):
        with pytest.raises(NotSealed):
            unseal_text(key, use, row, text)
