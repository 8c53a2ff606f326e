"""Keys are made, replaced and taken away in the file that running processes read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deploy.local.keys import ROLES, load_keys, write_key_file
from shared.security.api_keys import ApiKeys, changing_key_file
from tests.unit.crm.conftest import Crm


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crm: Crm) -> Path:
    file = tmp_path / "keys.json"
    file.write_text("[]")
    file.chmod(0o640)
    monkeypatch.setenv("API_KEYS_FILE", str(file))
    return file


def created(crm: Crm, *words: str) -> str:
    shown = crm("keys", *words, "--json")
    assert shown.exit_code == 0, shown.output
    return str(json.loads(shown.stdout)["key"])


def test_a_created_key_works_at_once_and_only_its_hash_is_kept(crm: Crm, key_file: Path) -> None:
    """Catches a clear key in the file, a process that must be restarted, and a file that others may read."""
    running = ApiKeys(key_file)
    key = created(crm, "create", "web-shop", "--scope", "interactions:write", "--scope", "customers:read")
    holder = running.find(key)
    assert holder is not None
    assert holder.id == "web-shop"
    assert holder.scopes == {"interactions:write", "customers:read"}
    assert key not in key_file.read_text()
    assert key_file.stat().st_mode & 0o777 == 0o640
    listed = crm("keys", "list")
    assert "web-shop" in listed.stdout
    assert key not in listed.stdout


def test_keys_made_at_the_same_time_are_all_kept(crm: Crm, key_file: Path) -> None:
    """Catches two who read the same file, of whom the second writes over what the first has added."""
    script = "import sys; from services.crm.cli import app; app(sys.argv[1:])"
    making = [
        subprocess.Popen(
            [sys.executable, "-c", script, "keys", "create", f"shop-{number}", "--scope", "operations"],
            env={**os.environ, "API_KEYS_FILE": str(key_file), "PYTHONPATH": str(Path(__file__).parents[3])},
            stdout=subprocess.DEVNULL,
        )
        for number in range(4)
    ]
    assert [process.wait() for process in making] == [0] * 4
    assert {entry["id"] for entry in json.loads(key_file.read_text())} == {f"shop-{number}" for number in range(4)}


def test_who_changes_the_file_waits_for_the_other(key_file: Path) -> None:
    """Catches a lock that locks nothing."""
    seen: list[str] = []

    def change() -> None:
        with changing_key_file(key_file):
            seen.append("second")

    with changing_key_file(key_file):
        other = threading.Thread(target=change)
        other.start()
        other.join(0.2)
        seen.append("first")
    other.join()
    assert seen == ["first", "second"]


def test_a_key_may_have_an_end(crm: Crm, key_file: Path) -> None:
    """Catches a temporary key that stays for ever."""
    assert ApiKeys(key_file).find(created(crm, "create", "auditor", "--scope", "operations", "--days", "0")) is None
    key = created(crm, "create", "visitor", "--scope", "operations", "--days", "1")
    assert ApiKeys(key_file).find(key) is not None


def test_a_pages_key_stays_a_pages_key(crm: Crm, key_file: Path) -> None:
    """Catches a key that anybody can read and that is believed like a server's after its rotation, or may read too."""
    created(crm, "create", "page", "--scope", "interactions:write", "--browser")
    holder = ApiKeys(key_file).find(created(crm, "rotate", "page"))
    assert holder is not None
    assert holder.trust == "browser"
    refused = crm("keys", "create", "other", "--scope", "customers:read", "--browser")
    assert refused.exit_code == 2
    assert "customers:read" in refused.output


def test_keys_of_one_shop_name_one_source(crm: Crm, key_file: Path) -> None:
    """Catches accounts that are somebody else under each key, or after a rotation."""
    created(crm, "create", "web-shop", "--scope", "interactions:write", "--source", "shop")
    own = ApiKeys(key_file).find(created(crm, "create", "till", "--scope", "interactions:write"))
    shared = ApiKeys(key_file).find(created(crm, "rotate", "web-shop"))
    assert own is not None
    assert shared is not None
    assert (own.accounts, shared.accounts) == ("till", "shop")
    assert crm("keys", "create", "other", "--scope", "operations", "--source", " ").exit_code == 2


def test_a_rotation_lets_both_keys_in_for_a_while_and_keeps_the_scopes(crm: Crm, key_file: Path) -> None:
    """Catches a shop that is shut out until it has the new key, and an old key that never ends."""
    old = created(crm, "create", "web-shop", "--scope", "interactions:write")
    new = created(crm, "rotate", "web-shop", "--grace-hours", "1")
    keys = ApiKeys(key_file)
    holders = [keys.find(old), keys.find(new)]
    assert [holder.scopes for holder in holders if holder] == [{"interactions:write"}, {"interactions:write"}]
    (ending, staying) = json.loads(crm("keys", "list", "--json").stdout)
    assert ending["expires_at"] is not None
    assert staying["expires_at"] is None
    newest = created(crm, "rotate", "web-shop", "--grace-hours", "0")
    keys = ApiKeys(key_file)
    assert (keys.find(new), keys.find(newest) is None) == (None, False)


def test_a_revoked_holder_is_out(crm: Crm, key_file: Path) -> None:
    """Catches a leaked key that goes on working, also the second one of a rotation."""
    old = created(crm, "create", "web-shop", "--scope", "interactions:write")
    new = created(crm, "rotate", "web-shop")
    other = created(crm, "create", "till", "--scope", "interactions:write")
    assert crm("keys", "revoke", "web-shop").exit_code == 0
    keys = ApiKeys(key_file)
    assert (keys.find(old), keys.find(new)) == (None, None)
    assert keys.find(other) is not None


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        (("create", "till", "--scope", "interactions:everything"), 2, "interactions:write"),
        (("create", "web-shop", "--scope", "operations"), 1, "rotate"),
        (("revoke", "nobody"), 1, "web-shop"),
        (("rotate", "nobody"), 1, "web-shop"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    crm: Crm, key_file: Path, words: tuple[str, ...], status: int, named: str
) -> None:
    """Catches a file that is rewritten although the command was refused."""
    created(crm, "create", "web-shop", "--scope", "interactions:write")
    before = key_file.read_bytes()
    shown = crm("keys", *words)
    assert shown.exit_code == status
    assert named in shown.stderr
    assert key_file.read_bytes() == before


def test_a_broken_key_file_is_named(crm: Crm, key_file: Path) -> None:
    """Catches a traceback, and a broken file that is replaced by one without the other keys."""
    key_file.write_text("[")
    for words in (("list",), ("create", "till", "--scope", "operations"), ("revoke", "till")):
        shown = crm("keys", *words)
        assert shown.exit_code == 2
        assert str(key_file) in shown.stderr
    assert key_file.read_text() == "["


def test_a_local_installation_goes_on_with_rotated_and_created_keys(crm: Crm, installation: Path) -> None:
    """Catches keys that are lost, or old ones that come back, when the installation starts again."""
    old = load_keys(installation / "installation")["storefront"]
    new = created(crm, "rotate", "storefront", "--grace-hours", "0")
    shop = created(crm, "create", "web-shop", "--scope", "interactions:write")
    assert crm("keys", "print", "storefront").stdout == f"{new}\n"
    again = load_keys(installation / "installation")
    write_key_file(installation / "installation", again)
    keys = ApiKeys(installation / "installation" / "api-keys.json")
    assert (keys.find(old), keys.find(new) is None, keys.find(shop) is None) == (None, False, False)
    assert len(keys) == len(ROLES) + 1


def test_a_role_of_a_local_installation_is_not_revoked(crm: Crm, installation: Path) -> None:
    """Catches a revocation that the next start takes back without a word."""
    shown = crm("keys", "revoke", "storefront")
    assert shown.exit_code == 1
    assert "rotate" in shown.stderr
