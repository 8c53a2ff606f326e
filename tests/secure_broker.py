"""A real broker that speaks TLS only, knows its users by SCRAM, and lets nobody do what no ACL allows."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.local.jars import classpath, default_cache
from deploy.local.kafka import Broker
from deploy.local.ports import keep_or_choose
from tests.tls import Authority

ADMIN = "admin"
_MECHANISM = "SCRAM-SHA-512"


class SecureBroker(Broker):
    """One node; every user's password is its name backwards."""

    def __init__(self, folder: Path, users: Sequence[str], authority: Authority) -> None:
        ports = keep_or_choose({}, ["client", "controller"])
        node = {1: (ports["client"], ports["controller"])}
        super().__init__(
            folder / "kafka", folder / "kafka.log", 1, node, "bGlrZS1hLWNsdXN0ZXItMQ", classpath(default_cache())
        )
        self._users = [ADMIN, *users]
        certificate, key = authority.server("kafka", "127.0.0.1")
        self._store = folder / "kafka.pem"
        # Kafka wants the key before the certificate, in one file.
        self._store.write_text(key.read_text() + certificate.read_text())
        self.ca = authority.ca

    def prepare(self) -> None:
        """Users are made when the storage is formatted: before the broker there is nobody to ask."""
        if not (self.folder / "data" / "meta.properties").exists():
            self._properties.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()))
            users = [
                word
                for user in self._users
                for word in ("--add-scram", f"{_MECHANISM}=[name={user},password={password_of(user)}]")
            ]
            java = self._java("format", "-Xmx128m", "-XX:TieredStopAtLevel=1")
            self.run([*java, "kafka.tools.StorageTool", "format", f"--cluster-id={self._cluster}",
                      "-c", str(self._properties), *users])  # fmt: skip
        super().prepare()

    def allow(self, rights: Sequence[Sequence[str]]) -> None:
        """Run Kafka's own tool once for each list of arguments, as the administrator."""
        config = self.folder / "admin.properties"
        config.write_text(
            f"security.protocol=SASL_SSL\nsasl.mechanism={_MECHANISM}\nssl.truststore.type=PEM\n"
            f"ssl.truststore.location={self.ca}\nsasl.jaas.config={_login(ADMIN)}\n"
        )
        java = self._java("acls", "-Xmx128m", "-XX:TieredStopAtLevel=1")
        for right in rights:
            subprocess.run(
                [*java, "org.apache.kafka.tools.AclCommand", "--bootstrap-server", self.address,
                 "--command-config", str(config), *right],
                check=True, capture_output=True,
            )  # fmt: skip

    def _settings(self) -> dict[str, str | int]:
        client, controller = self._ports[1]
        return super()._settings() | {
            "listeners": f"SASL_SSL://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"SASL_SSL://127.0.0.1:{client}",
            "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "SASL_SSL",
            "sasl.enabled.mechanisms": _MECHANISM,
            "sasl.mechanism.inter.broker.protocol": _MECHANISM,
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": _login(ADMIN),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._store),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.ca),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The controller's own listener, on loopback, has no login.
            "super.users": f"User:{ADMIN};User:ANONYMOUS",
        }


def password_of(user: str) -> str:
    """Each user's own."""
    return user[::-1]


@contextmanager
def secure_broker(users: Sequence[str]) -> Iterator[SecureBroker]:
    """It answers inside."""
    with tempfile.TemporaryDirectory(prefix="secure-") as folder:
        broker = SecureBroker(Path(folder), users, Authority(Path(folder) / "certificates"))
        try:
            broker.start()
            yield broker
        finally:
            broker.stop(patience=3.0)


def _login(user: str) -> str:
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    return f'{module} required username="{user}" password="{password_of(user)}";'
