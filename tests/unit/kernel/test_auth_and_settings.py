"""Key files, and what production refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.security.api_keys import ApiKeys, BadKeyFile, hash_key
from tests.component.kernel.doors import DoorSettings, create


def entry(key: str, **other: Any) -> dict[str, Any]:
    return {"id": "till", "sha256": hash_key(key), "scopes": ["customers:read"], **other}


def keys_of(folder: Path, content: Any) -> ApiKeys:
    file = folder / "keys.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return ApiKeys(file)


def test_two_keys_of_one_id_are_good_during_a_rotation(tmp_path: Path) -> None:
    keys = keys_of(tmp_path, [entry("old"), entry("new")])
    found = [keys.find("old"), keys.find("new")]
    assert [one.id for one in found if one] == ["till", "till"]
    assert keys.find("other") is None


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
    ],
)
def test_a_key_file_that_cannot_be_meant_is_refused_at_start(tmp_path: Path, content: Any) -> None:
    with pytest.raises(BadKeyFile):
        keys_of(tmp_path, content)


def settings(folder: Path, **given: Any) -> DoorSettings:
    return DoorSettings(
        database_url="postgresql://nobody:none@127.0.0.1:1/none",
        kafka_bootstrap="127.0.0.1:1",
        redis_url="redis://127.0.0.1:1/0",
        api_keys_file=folder / "keys.json",
        **{"profile": "production", "installation_key": "i" * 32, "service_key": "s" * 32, **given},
    )


def test_production_with_its_own_keys_is_fine(tmp_path: Path) -> None:
    settings(tmp_path)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"installation_key": "short"}, "INSTALLATION_KEY"),
        ({"installation_key": "local-installation-key-do-not-use-elsewhere"}, "INSTALLATION_KEY"),
        ({"service_key": "local-service-key"}, "SERVICE_KEY"),
        ({"clock_file": "clock.json"}, "CLOCK_FILE"),
        ({"cors_origins": ["*"]}, "CORS_ORIGINS"),
    ],
)
def test_production_refuses_unsafe_settings_and_the_laptop_takes_them(
    tmp_path: Path, given: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValidationError, match=named):
        settings(tmp_path, **given)
    settings(tmp_path, **given, profile="local")


async def test_production_does_not_start_with_an_empty_key_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("[]")
    app = create(settings(tmp_path))
    with pytest.raises(BadKeyFile, match="empty"):
        async with app.router.lifespan_context(app):
            pass
