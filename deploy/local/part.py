"""One server of the local stack as a process: start, stop, and the ways in which fault tests break it."""

import contextlib
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

import psutil

from deploy.local.errors import CannotStart, tail
from shared.processes.spawn import spawn

_LARGEST_LOG = 20_000_000


class Part(ABC):
    """A server with a data folder and a log; everything in it survives `kill9` and `start`."""

    graceful_signal = signal.SIGTERM
    seconds_to_start = 60.0
    seconds_to_stop = 15.0

    def __init__(self, name: str, folder: Path, log: Path) -> None:
        self.name = name
        self.folder = folder
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Make data folder and configuration; may be called again on what is there already."""

    @abstractmethod
    def argv(self) -> list[str]:
        """The command line of the server."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers clients."""

    def spawn(self, argv: list[str]) -> "subprocess.Popen[bytes]":
        """Start a command of this part as a child that cannot outlive us, its output going to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            return spawn(argv, cwd=self.folder, output=output)

    def run(self, argv: list[str]) -> None:
        """Run a command of this part to its end; CannotStart if it fails."""
        status = self.spawn(argv).wait()
        if status:
            raise CannotStart(f"{self.name}: {argv[0]} ended with status {status}. {self.log}:\n{tail(self.log)}")

    @property
    def pid(self) -> int:
        """The server's process id; RuntimeError when it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process lives (it may be paused)."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it answers; nothing happens if it runs already."""
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """Start it without waiting: nodes of a cluster wait for each other."""
        if self.is_running:
            return
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prepare()
        self._process = self.spawn(self.argv())

    def await_ready(self) -> None:
        """Return when it answers; CannotStart, with the end of its log, if it exits or takes too long."""
        deadline = time.monotonic() + self.seconds_to_start
        while not self.is_ready():
            if not self.is_running:
                raise CannotStart(f"{self.name} stopped while it started. {self.log}:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                self.kill9()
                raise CannotStart(
                    f"{self.name} does not answer after {self.seconds_to_start:.0f} s. {self.log}:\n{tail(self.log)}"
                )
            time.sleep(0.05)

    def stop(self, patience: float | None = None) -> None:
        """Stop it as an operator would; after `patience`, by default `seconds_to_stop`, kill it."""
        if self._process is None or not self.is_running:
            return
        self.resume()
        self._process.send_signal(self.graceful_signal)
        try:
            self._process.wait(self.seconds_to_stop if patience is None else patience)
        except subprocess.TimeoutExpired:
            self.kill9()

    def kill9(self) -> None:
        """Kill the server and all its processes at once, as the kernel does when memory runs out."""
        if self._process is None:
            return
        kill_tree(self._process.pid)
        self._process.wait()

    def pause(self) -> None:
        """Stop all its processes in their tracks (SIGSTOP): it accepts connections and answers nothing."""
        for process in _tree(self.pid):
            process.suspend()

    def resume(self) -> None:
        """Let paused processes go on."""
        for process in _tree(self.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


def kill_tree(pid: int) -> None:
    """SIGKILL a process and its descendants."""
    processes = _tree(pid)
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=10)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
