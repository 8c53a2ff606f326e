"""PostgreSQL's programs: what is missing or fails is said, without the password."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.database.dumps import ProgramFailed, ProgramMissing, load, program


def test_a_program_that_is_missing_is_named_with_what_to_install() -> None:
    """Catches a traceback on a machine without PostgreSQL's programs."""
    with pytest.raises(ProgramMissing, match="pg_nonsense") as missing:
        program("pg_nonsense")
    assert missing.value.slug == "program-missing"
    assert "postgresql-client" in str(missing.value.cure)


async def test_a_server_that_is_away_fails_without_telling_the_password(tmp_path: Path) -> None:
    """Catches a password in a terminal, or in the list of processes."""
    (tmp_path / "x.dump").write_bytes(b"PGDMP")
    with pytest.raises(ProgramFailed) as failed:
        await load("postgresql://somebody:hush-hush@127.0.0.1:1/none", tmp_path / "x.dump")
    assert failed.value.slug == "program-failed"
    assert "hush" not in failed.value.detail
