"""Migrations are append-only: one line of revisions per service, and none that was released is edited."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from services.registry import SERVICES
from shared.database import kernel_tables

ROOT = Path(__file__).parents[2]
# An installation has run these: a change belongs into a new revision. The first 24 digits of each file's SHA-256.
RELEASED = {
    "analytics/migrations/versions/0001_initial.py": "fc54f74ee07a23af6f55dd75",
    "campaigns/migrations/versions/0001_initial.py": "91a8a10858b27b222513ae5b",
    "customers/migrations/versions/0001_initial.py": "6fe53ecec98ed36288538c67",
    "interactions/migrations/versions/0001_initial.py": "d9ed9eb29dafff3b712b031b",
    "privacy/migrations/versions/0001_initial.py": "ec815f612cf1f65ff26ac8fb",
}


@pytest.mark.parametrize("service", SERVICES)
def test_there_is_one_newest_revision(service: str) -> None:
    """Catches two revisions that were made side by side from one parent."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    assert [revision.revision for revision in script.walk_revisions()][-1] == "0001"


@pytest.mark.parametrize("path", RELEASED)
def test_a_released_revision_is_never_edited(path: str) -> None:
    """Catches a change that installations which ran the revision would never get."""
    assert hashlib.sha256((ROOT / "services" / path).read_bytes()).hexdigest()[:24] == RELEASED[path]


def test_the_kernels_first_tables_are_never_edited() -> None:
    """Catches a change of the statements that every service's first revision has run."""
    assert hashlib.sha256(kernel_tables._DDL.encode()).hexdigest()[:24] == "2ace31771bb790daa869ced2"
