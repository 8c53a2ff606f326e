"""Settings: secrets that come as files, and what production refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.config import ServiceSettings
from shared.security.api_keys import BadKeyFile
from tests.component.kernel.doors import DoorSettings, create


def _settings() -> ServiceSettings:
    return ServiceSettings(database_url="", kafka_bootstrap="", redis_url="", api_keys_file=Path())


def test_a_secret_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a container that runs with the default key which everybody knows."""
    (tmp_path / "service_key").write_text("from a file\n")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    assert _settings().service_key.get_secret_value() == "from a file"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an operator's setting that has no effect."""
    (tmp_path / "service_key").write_text("from a file")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("SERVICE_KEY", "from the environment")
    assert _settings().service_key.get_secret_value() == "from the environment"


def test_without_a_folder_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a folder that is required."""
    monkeypatch.delenv("SECRETS_DIR", raising=False)
    assert _settings().service_key.get_secret_value()


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
