"""Keys of links change while links in old mails go on working."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.security.link_keys import LinkKeys, numbered, read_link_keys
from shared.security.tokens import make_unsubscribe_token, read_unsubscribe_token

IDS: dict[str, Any] = {"customer_id": UUID(int=1), "campaign_id": UUID(int=2), "message_id": UUID(int=3)}


def link(keys: LinkKeys) -> str:
    token = make_unsubscribe_token(keys.signing, purpose="marketing", channel="email", **IDS)
    return numbered(keys.current, token)


def test_links_of_every_key_that_is_still_listed_are_read() -> None:
    """Catches a change of the key that kills the unsubscribe link of every mail sent before."""
    none, first = read_link_keys("", "installation"), read_link_keys("1:first", "installation")
    both = read_link_keys("2:second, 1:first", "installation")
    assert both.current == "2"
    for made in (none, first, both):
        assert both.read(link(made), read_unsubscribe_token) is not None


def test_a_key_that_is_no_longer_listed_reads_nothing() -> None:
    """Catches a leaked key that goes on signing, also under another key's number."""
    leaked, now = read_link_keys("1:leaked", "installation"), read_link_keys("2:second", "installation")
    assert now.read(link(leaked), read_unsubscribe_token) is None
    assert now.read("2." + link(leaked).partition(".")[2], read_unsubscribe_token) is None
    assert now.read(link(leaked).partition(".")[2], read_unsubscribe_token) is None


def test_a_link_names_its_key_and_fits_on_one_line_of_a_header() -> None:
    """Catches a number that mail programs would fold, and one that nobody reads."""
    assert link(read_link_keys("9999:secret", "i")).startswith("9999.")
    assert len(link(read_link_keys("9999:secret", "i"))) <= 125


def test_secrets_are_not_shown() -> None:
    """Catches keys in a log line or a traceback."""
    assert "first" not in repr(read_link_keys("1:first", "installation"))


@pytest.mark.parametrize("text", ["secret", "0:secret", "1:", "1:a,1:b", "x:secret", "1:with space"])
def test_a_list_that_is_none_is_refused(text: str) -> None:
    """Catches a typo that would sign with something else."""
    with pytest.raises(ValueError, match="LINK_KEYS"):
        read_link_keys(text, "installation")
