"""A small file system in memory, for one server's files, that can be filled up and emptied again."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_MIB = 1024 * 1024


class CannotMount(RuntimeError):
    """A file system of its own needs the right to mount one."""


class Disk:
    """A volume at `folder`; `unmount` takes it away with everything on it."""

    def __init__(self, folder: Path, mib: int) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=755", "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise CannotMount(
                f"fault 13 puts each server on a small disk of its own: {done.stderr.strip()}. "
                "Run it as root, in a container with CAP_SYS_ADMIN."
            )

    @property
    def is_full(self) -> bool:
        """Nothing more can be written."""
        return shutil.disk_usage(self.folder).free < os.sysconf("SC_PAGE_SIZE")

    @contextlib.contextmanager
    def filled(self) -> Iterator[Disk]:
        """No room is left meanwhile."""
        try:
            with self._ballast.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
                while True:
                    # The last bytes too: a page of the log must not find its place.
                    ballast.write(b"\0" * min(_MIB, max(4096, shutil.disk_usage(self.folder).free)))
            yield self
        finally:
            self._ballast.unlink(missing_ok=True)

    def unmount(self) -> None:
        """It and what lies on it is gone."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=False, capture_output=True)
