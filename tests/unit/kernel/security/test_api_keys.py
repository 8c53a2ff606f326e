"""Key files: rotation, expiry, and what is refused at start."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.observability.metrics import exposition
from shared.security.api_keys import ApiKeys, BadKeyFile, hash_key


def entry(key: str, **other: Any) -> dict[str, Any]:
    return {"id": "till", "sha256": hash_key(key), "scopes": ["customers:read"], **other}


def keys_of(folder: Path, content: Any) -> ApiKeys:
    file = folder / "keys.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return ApiKeys(file)


def test_two_keys_of_one_id_are_good_during_a_rotation(tmp_path: Path) -> None:
    keys = keys_of(tmp_path, [entry("old"), entry("new")])
    holders = [keys.find("old"), keys.find("new")]
    assert [holder.id for holder in holders if holder] == ["till", "till"]
    assert keys.find("other") is None


def test_a_key_is_a_servers_unless_the_file_says_that_it_is_in_a_browser(tmp_path: Path) -> None:
    """Catches the public key of a page that is believed like a till's."""
    keys = keys_of(tmp_path, [entry("till"), entry("page", id="page", trust="browser", scopes=["interactions:write"])])
    holders = [keys.find("till"), keys.find("page")]
    assert [holder.trust for holder in holders if holder] == ["server", "browser"]


def test_an_expired_key_is_unknown(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    keys = keys_of(
        tmp_path,
        [
            entry("over", expires_at=(now - timedelta(seconds=1)).isoformat()),
            entry("good", expires_at=(now + timedelta(hours=1)).isoformat()),
        ],
    )
    assert keys.find("over") is None
    assert keys.find("good") is not None


@pytest.mark.parametrize(
    "content",
    [
        "[",
        "{}",
        [{"id": "x", "sha256": "short", "scopes": []}],
        [entry("k", scopes=["customers:everything"])],
        [entry("k", expires_at="2030-01-01T00:00:00")],
        [entry("k", clear="k")],
        [entry("k", trust="friend")],
        [entry("k", trust="browser", scopes=["interactions:write", "customers:read"])],
        [entry("k", trust="browser", scopes=["interactions:write", "responses:write"])],
    ],
)
def test_a_key_file_that_cannot_be_meant_is_refused_at_start(tmp_path: Path, content: Any) -> None:
    with pytest.raises(BadKeyFile):
        keys_of(tmp_path, content)


def test_a_broken_file_alarms_and_keeps_only_the_keys_that_stand_in_it(tmp_path: Path) -> None:
    """Catches a typo that shuts every door, and one by which a key that was taken out goes on working unseen."""
    keys = keys_of(tmp_path, [entry("stays"), entry("leaked")])
    file = tmp_path / "keys.json"
    file.write_text(json.dumps([entry("stays")])[:-1])
    assert keys.find("stays") is not None
    assert keys.find("leaked") is None
    assert b"crm_api_key_file_broken 1.0" in exposition()
    file.write_text(json.dumps([entry("stays"), entry("new")]))
    assert keys.find("new") is not None
    assert b"crm_api_key_file_broken 0.0" in exposition()


def test_a_file_that_is_gone_lists_nobody(tmp_path: Path) -> None:
    """Catches keys that outlive the file by which they are revoked."""
    keys = keys_of(tmp_path, [entry("till")])
    (tmp_path / "keys.json").unlink()
    assert keys.find("till") is None
