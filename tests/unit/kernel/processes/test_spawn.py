"""Children as another user, in folders that this user may not enter."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from shared.processes.spawn import spawn

# What a program looks at before it runs its neighbour, and the run itself.
_LOOK = """
import os, subprocess, sys
sys.exit(subprocess.run(sys.argv[1:]).returncode if os.access(sys.argv[1], os.X_OK) else "access says no")
"""


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A program in a folder of mode 700, as in root's home."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    program = folder / "program"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    return program


def run(argv: list[str], log: Path, *, cross_folders: bool) -> int:
    """As `nobody` when this is root, else as whoever this is, to whom the folder belongs."""
    uid = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    with log.open("wb") as output:
        return spawn(argv, uid=uid, cross_folders=cross_folders, output=output).wait(30)


def test_a_child_may_run_and_ask_for_what_lies_in_a_closed_folder(closed: Path, tmp_path: Path) -> None:
    """Catches a capability that the kernel forgets at access(2): PostgreSQL's programs ask before they run each other,
    so that as root nothing started in a checkout under /root."""
    log = tmp_path / "log"
    assert run([sys.executable, "-c", _LOOK, str(closed)], log, cross_folders=True) == 0, log.read_text()


def test_without_being_asked_for_nobody_passes(closed: Path, tmp_path: Path) -> None:
    """Catches every child of root that could read everything, and a test above that proves nothing."""
    status = run(["/bin/sh", "-c", str(closed)], tmp_path / "log", cross_folders=False)
    assert (status != 0) is (os.geteuid() == 0)


def test_the_child_is_an_ordinary_user_with_one_capability(tmp_path: Path) -> None:
    """Catches a server that keeps root's rights."""
    log = tmp_path / "log"
    assert run(["/bin/sh", "-c", "cat /proc/self/status"], log, cross_folders=True) == 0
    status = dict(line.split(":\t", 1) for line in log.read_text().splitlines() if ":\t" in line)
    if os.geteuid() == 0:
        assert set(status["Uid"].split()) == {str(pwd.getpwnam("nobody").pw_uid)}
        assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapAmb")} == {1 << 1}
    else:
        assert set(status["Uid"].split()) == {str(os.getuid())}


def test_a_root_without_the_capability_is_told_what_to_do(closed: Path, tmp_path: Path) -> None:
    """Catches a status without a word where a container withholds capabilities."""
    if os.geteuid() != 0:
        assert run([str(closed)], tmp_path / "log", cross_folders=True) == 0
        return
    script = (
        "import ctypes, os, sys; from pathlib import Path\n"
        "ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)\n"  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE: gone after the next exec
        "sys.exit(os.execv(sys.executable, [sys.executable, *sys.argv[1:]]))"
    )
    inner = (
        "import sys; from pathlib import Path; from shared.processes.spawn import spawn\n"
        "sys.exit(spawn(sys.argv[1:], uid=65534, cross_folders=True).wait(30))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, "-c", inner, str(closed)], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode != 0
    assert "CAP_DAC_OVERRIDE" in ended.stderr
    assert "others may enter" in ended.stderr
