"""The supervisor, with real processes: what must hold whatever its children do."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psutil

from shared.processes.spawn import spawn
from shared.processes.supervisor import Child, ChildEvent, Supervisor

PROJECT = Path(__file__).parents[4]

SLEEP = "import time; time.sleep(600)"
BEAT = "import os, pathlib, time\nwhile True: pathlib.Path(os.environ['HEARTBEAT_FILE']).touch(); time.sleep(0.1)"
DEAF = "import pathlib, signal, sys, time\nsignal.signal(15, signal.SIG_IGN); pathlib.Path(sys.argv[1]).touch()\n" + (
    "time.sleep(600)"
)


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def eventually(holds: Callable[[], object], seconds: float = 30.0) -> bool:
    """Whether it becomes true; the bound only ends a test that would hang."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(holds())


class Supervised:
    """A running supervisor and the events that it reported."""

    def __init__(self, *children: Child, seconds_to_stop: float = 20.0) -> None:
        self.events: list[ChildEvent] = []
        self.supervisor = Supervisor(children, self.events.append, seconds_to_stop)

    def pid(self, name: str) -> int | None:
        return self.supervisor.status()[name].pid

    def events_of(self, what: str) -> list[ChildEvent]:
        return [event for event in self.events if event.what == what]


@contextmanager
def supervised(*children: Child, seconds_to_stop: float = 20.0) -> Iterator[Supervised]:
    run = Supervised(*children, seconds_to_stop=seconds_to_stop)
    run.supervisor.start()
    try:
        yield run
    finally:
        run.supervisor.stop()


def test_a_killed_child_comes_back_and_its_neighbour_is_left_alone() -> None:
    with supervised(Child("worker", python(SLEEP)), Child("app", python(SLEEP))) as run:
        assert eventually(lambda: run.pid("worker") and run.pid("app"))
        worker, app = run.pid("worker"), run.pid("app")
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        assert eventually(lambda: run.pid("worker") not in (None, worker))
        assert run.pid("app") == app
        assert run.supervisor.status()["worker"].restarts == 1
        assert run.events_of("exited") == [ChildEvent("worker", "exited", worker, -signal.SIGKILL)]


def test_a_child_that_fails_at_once_is_tried_again_at_growing_distances(tmp_path: Path) -> None:
    """Else a worker with a wrong setting would burn a core."""
    tries = tmp_path / "tries"
    note = f"import time; open({str(tries)!r}, 'a').write(f'{{time.monotonic()}}\\n'); raise SystemExit(3)"
    with supervised(Child("broken", python(note))) as run:
        assert eventually(lambda: len(run.events_of("exited")) >= 4)
    at = [float(line) for line in tries.read_text().split()]
    pauses = [later - earlier for earlier, later in pairwise(at)]
    assert pauses[0] >= 0.2
    assert pauses[1] >= 0.4
    assert pauses[2] >= 0.8
    assert {event.status for event in run.events_of("exited")} == {3}


def test_a_child_whose_heartbeat_stops_is_killed_and_started_again(tmp_path: Path) -> None:
    """A stopped process answers nothing, not even SIGTERM: only the missing heartbeat shows it."""
    child = Child("worker", python(BEAT), heartbeat=tmp_path / "beat", hang_after=1.0)
    with supervised(child) as run:
        assert eventually((tmp_path / "beat").exists)
        first = run.pid("worker")
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        assert eventually(lambda: run.events_of("hung"))
        assert eventually(lambda: run.pid("worker") not in (None, first))
        assert not psutil.pid_exists(first)
        assert [event.pid for event in run.events_of("hung")] == [first]


def test_a_child_that_never_beats_is_given_time_to_start_and_then_killed(tmp_path: Path) -> None:
    child = Child("worker", python(SLEEP), heartbeat=tmp_path / "beat", hang_after=0.1, first_beat_within=1.0)
    with supervised(child) as run:
        assert eventually(lambda: run.events_of("hung"))
        assert eventually(lambda: run.supervisor.status()["worker"].restarts >= 1)


def test_a_child_that_beats_is_left_alone(tmp_path: Path) -> None:
    child = Child("worker", python(BEAT), heartbeat=tmp_path / "beat", hang_after=3.0)
    with supervised(child) as run:
        assert eventually((tmp_path / "beat").exists)
        time.sleep(4)
        assert run.events_of("hung") == []
        assert run.supervisor.status()["worker"].restarts == 0


def test_one_that_ignores_sigterm_is_killed_and_holds_up_nobody(tmp_path: Path) -> None:
    deaf = Child("deaf", python(DEAF, str(tmp_path / "ready")))
    with supervised(deaf, Child("polite", python(SLEEP)), seconds_to_stop=1.0) as run:
        assert eventually((tmp_path / "ready").exists)
        assert eventually(lambda: run.pid("polite"))
    ends = {event.child: event.status for event in run.events_of("stopped")}
    assert ends == {"deaf": -signal.SIGKILL, "polite": -signal.SIGTERM}


def test_children_join_and_leave() -> None:
    with supervised(Child("one", python(SLEEP))) as run:
        run.supervisor.add(Child("two", python(SLEEP)))
        assert eventually(lambda: run.pid("two"))
        two = run.pid("two")
        assert two is not None
        run.supervisor.remove("two")
        assert list(run.supervisor.status()) == ["one"]
        assert not psutil.pid_exists(two)


def test_output_and_environment_reach_the_child(tmp_path: Path) -> None:
    code = "import os, sys, time; print(os.environ['SERVICE'], file=sys.stderr, flush=True); time.sleep(600)"
    log = tmp_path / "logs" / "app.log"
    with supervised(Child("app", python(code), env={"SERVICE": "customers"}, log=log)):
        assert eventually(lambda: log.exists() and log.read_text() == "customers\n")


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    """Else two workers would run after a crash: the orphan and its successor."""
    report = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    pid_file = tmp_path / "pid"
    command = [
        sys.executable,
        "-m",
        "shared.processes.supervisor",
        "--hang-after",
        "0",
        "--",
        *python(report, str(pid_file)),
    ]
    supervisor = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL)
    assert eventually(lambda: pid_file.exists() and pid_file.read_text())
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: not _lives(int(pid_file.read_text())))


def test_the_command_passes_sigterm_on_and_ends_with_status_0(tmp_path: Path) -> None:
    code = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n    pathlib.Path(sys.argv[1]).write_text('clean'); raise SystemExit(0)\n"
        "signal.signal(15, end); pathlib.Path(sys.argv[1]).write_text('ready'); time.sleep(600)"
    )
    note = tmp_path / "note"
    command = [sys.executable, "-m", "shared.processes.supervisor", "--hang-after", "0", "--", *python(code, str(note))]
    supervisor = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL)
    assert eventually(lambda: note.exists() and note.read_text() == "ready")
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    assert note.read_text() == "clean"


def test_a_child_outlives_the_thread_that_asked_for_it() -> None:
    """The kernel's parent-death signal follows the thread that forked: one born of a short-lived thread would die."""
    born: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: born.append(spawn(python(SLEEP))))
    thread.start()
    thread.join()
    time.sleep(0.5)
    assert born[0].poll() is None
    born[0].kill()
    born[0].wait()


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        assert spawn(["/no/such/command"], output=output).wait() == 1
    assert "cannot run /no/such/command" in log.read_text()


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
