"""Local accounts: hashes in a file, codes, and the command that keeps them."""

from __future__ import annotations

import io
import json
import re
import stat
import sys
from pathlib import Path

import pyotp
import pytest

from console.server.users import BadUsersFile, Users, main

PASSWORD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path / "users.json")


def test_an_account_opens_with_its_own_password_and_no_other(users: Users) -> None:
    """Catches a hash that is compared with the wrong thing, and an account without a password that any opens."""
    users.add("ada", ["marketer"], PASSWORD)
    users.add("owner", ["owner"], None)
    assert users.verify("ada", PASSWORD) == users.find("ada")
    assert users.verify("ada", PASSWORD + " ") is None
    assert users.verify("nobody", PASSWORD) is None
    assert users.verify("owner", "") is None


def test_the_file_holds_hashes_and_only_its_owner_reads_it(users: Users) -> None:
    """Catches a password or a code's secret in the clear."""
    address = users.add("ada", ["marketer"], PASSWORD, totp=True)
    assert address is not None
    secret = pyotp.parse_uri(address).secret
    text = users.path.read_text()
    assert PASSWORD not in text
    assert secret not in text
    assert "$argon2id$" in text
    for file in (users.path, users.path.with_suffix(".key")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_code_is_asked_for_and_must_be_the_one_of_now(users: Users) -> None:
    """Catches codes that are not looked at."""
    address = users.add("ada", ["marketer"], PASSWORD, totp=True)
    assert address is not None
    user = users.find("ada")
    assert user is not None
    right = pyotp.TOTP(pyotp.parse_uri(address).secret).now()
    assert users.step_of(user, right) is not None
    for wrong in (f"{(int(right) + 1) % 1_000_000:06}", "", "１２３４５６", right[:5]):
        assert users.step_of(user, wrong) is None


def test_a_change_of_the_file_counts_at_once(users: Users) -> None:
    """Catches accounts that stay in memory after they were taken away."""
    users.add("ada", ["marketer"], PASSWORD)
    assert users.find("ada") is not None
    assert Users(users.path).remove("ada")
    assert users.find("ada") is None


def test_a_broken_file_opens_no_door(users: Users) -> None:
    """Catches a typo that makes everybody an owner, or a traceback that shows hashes."""
    users.path.write_text('[{"name": "ada", "roles": "owner"}]')
    with pytest.raises(BadUsersFile, match="no list of accounts"):
        users.all()


def test_the_command_adds_lists_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a command that cannot be scripted."""
    file = ["--file", str(tmp_path / "users.json")]
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    assert main([*file, "add", "ada", "--role", "marketer", "--role", "agent"]) == 0
    assert main([*file, "list"]) == 0
    assert re.search(r"ada +marketer, agent +password", capsys.readouterr().out)
    assert main([*file, "remove", "ada"]) == 0
    assert main([*file, "remove", "ada"]) == 1
    assert json.loads((tmp_path / "users.json").read_text()) == []


def test_the_command_refuses_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches an unknown role or a short password that is taken."""
    file = ["--file", str(tmp_path / "users.json")]
    assert main([*file, "add", "ada", "--role", "king"]) == 1
    assert "marketer" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main([*file, "add", "ada", "--role", "marketer"]) == 1
    assert "12 characters" in capsys.readouterr().err
