"""Secrets in a database."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from shared.security.sealing import CannotOpen, opened, sealed

KEY, OTHER = SecretStr("k" * 32), SecretStr("o" * 32)


def test_a_secret_comes_back_only_with_its_key_and_for_its_purpose() -> None:
    """Catches a secret that is stored as it is, and one key that opens everything."""
    stored = sealed(KEY, "mail", "pä55word")
    assert "pä55word" not in stored
    assert sealed(KEY, "mail", "pä55word") != stored
    assert opened(KEY, "mail", stored) == "pä55word"
    for key, purpose, text in ((OTHER, "mail", stored), (KEY, "other", stored), (KEY, "mail", stored[:-4] + "AAA=")):
        with pytest.raises(CannotOpen):
            opened(key, purpose, text)
