"""The settings file of `make start`."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.errors import CannotStart
from deploy.start.settings import FILE, load_settings


def test_a_first_start_makes_a_private_file_that_sets_nothing(tmp_path: Path) -> None:
    """Catches a template whose examples count, and a mail password that others on the machine can read."""
    folder = tmp_path / "start"
    assert load_settings(folder) == {"RECIPIENT_ALLOW": '["*"]', "JOURNAL_FOLDER": str(folder / "journal")}
    assert (folder / FILE).stat().st_mode & 0o077 == 0
    assert "SMTP_HOST" in (folder / FILE).read_text()


def test_a_mail_server_ends_writing_to_everybody(tmp_path: Path) -> None:
    """Catches a first real mail server that is handed mail to everybody, as the inbox was."""
    (tmp_path / FILE).write_text("# mine\n\nSMTP_HOST=smtp.example.com\nSENDER_NAME=Shop, Inc.\n")
    assert load_settings(tmp_path) == {
        "SMTP_HOST": "smtp.example.com",
        "SENDER_NAME": "Shop, Inc.",
        "JOURNAL_FOLDER": str(tmp_path / "journal"),
    }


def test_a_line_that_is_no_setting_is_named(tmp_path: Path) -> None:
    """Catches a typo that is skipped without a word."""
    (tmp_path / FILE).write_text("BASE_CURRENCY=EUR\nsmtp host = x\n")
    with pytest.raises(CannotStart, match="line 2"):
        load_settings(tmp_path)
