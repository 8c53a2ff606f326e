"""Secrets that come as files, as containers are given them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.config import ServiceSettings


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
