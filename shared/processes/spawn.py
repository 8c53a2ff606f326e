"""Start child processes that never outlive their parent: the kernel kills them when it dies, however it dies.

Each child is started through this file run as a script. It asks the kernel for a signal at the parent's death
(PR_SET_PDEATHSIG; SIGKILL by default), checks that the parent has not died before it asked, and becomes the
command. Linux only; elsewhere children start unbound.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_CURE = "run as an ordinary user, or move the folder to a place that others may enter"

# The kernel's "parent" is the thread that forked. All children are born of this one, which lives as long as the
# process: a child born of some pool's thread would be killed when that pool lets the thread go.
_spawner = ThreadPoolExecutor(1, thread_name_prefix="spawner")


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | int | None = None,
    uid: int | None = None,
    cross_folders: bool = False,
    last_signal: signal.Signals = signal.SIGKILL,
) -> "subprocess.Popen[bytes]":
    """Start `argv` bound to this process, in a session of its own (a terminal's Ctrl-C reaches the parent alone).

    `output` takes both of its streams. As root, `uid` makes the child another user; `cross_folders` lets that user pass
    through folders closed to it (a checkout under /root). `last_signal` is what it gets when the parent dies.
    """
    options = (os.getpid(), int(last_signal), uid or 0, int(cross_folders))
    command = [sys.executable, "-I", "-S", __file__, *map(str, options), *argv]
    return _spawner.submit(
        subprocess.Popen,
        command,
        env=None if env is None else dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
    ).result()


def _become(uid: int, cross_folders: bool) -> None:
    """Turn into an ordinary user, with one capability kept if asked for: PostgreSQL refuses to run as root.

    Keeping it needs the securebit too. Without it the kernel forgets capabilities whenever a program asks by access(2)
    what its user may do, as PostgreSQL does before it runs its own programs: "Permission denied" in a folder that the
    very same process could read.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if cross_folders and libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0):
        sys.exit(f"spawn: this root lacks CAP_SETPCAP; {_CURE}")
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    if cross_folders:
        kept = 1 << _CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)  # effective, permitted, inheritable; low, high words
        if libc.capset(header, sets) or libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0):
            sys.exit(f"spawn: this root lacks CAP_DAC_OVERRIDE; {_CURE}")


def _main() -> None:
    parent, last_signal, uid, cross_folders = map(int, sys.argv[1:5])
    argv = sys.argv[5:]
    if uid:
        _become(uid, bool(cross_folders))
    if sys.platform == "linux":
        # After the change of user, which would clear it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, last_signal, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("spawn: the parent is gone")
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        sys.exit(f"spawn: cannot run {argv[0]}: {error}")


if __name__ == "__main__":
    _main()
