"""The command line in this process, without an environment of its own and without a local installation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.local.installation import Installation, Plan
from deploy.local.keys import write_key_file
from deploy.local.stack import Dsns
from services.crm.cli import app

Crm = Callable[..., Result]


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Crm:
    """`crm("keys", "list")` in an empty folder."""
    for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP", "REDIS_URL", "API_KEYS_FILE", "SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, given: bytes = b"") -> Result:
        return CliRunner().invoke(app, list(words), input=given)

    return run


@pytest.fixture
def installation(crm: Crm, tmp_path: Path) -> Path:
    """The folder of a local installation as `make run` leaves it; nothing of it runs."""
    folder = tmp_path / ".local" / "run"
    plan = Plan(env={"KAFKA_BOOTSTRAP": "127.0.0.1:1"})
    made = Installation(folder / "installation", Dsns("postgresql://u:p@127.0.0.1:1/x", "redis://x", "x:1"), plan)
    write_key_file(made.folder, made.keys)
    made.write_environments()
    (folder / "inbox-ports.json").write_text(json.dumps({"smtp": 2525, "web": 8025}))
    return folder
