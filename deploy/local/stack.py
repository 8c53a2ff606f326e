"""The whole local stack: one folder, three kinds of servers, their addresses."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO

import psutil

from deploy.local.jars import classpath, default_cache
from deploy.local.kafka import Broker
from deploy.local.part import Part
from deploy.local.ports import keep_or_choose
from deploy.local.postgres import Postgres
from deploy.local.state import State, occupy
from deploy.local.valkey import Valkey


@dataclass(frozen=True)
class Dsns:
    """Where the parts answer."""

    postgres: str
    redis: str
    kafka: str
    """host:port, several parted by commas."""

    def environment(self) -> dict[str, str]:
        """As the environment variables that the tests and the demonstration read."""
        return {"POSTGRES_DSN": self.postgres, "REDIS_DSN": self.redis, "KAFKA_BOOTSTRAP": self.kafka}


class LocalStack:
    """PostgreSQL, Valkey and Kafka in one folder; start again and data and addresses are as they were."""

    postgres: Postgres
    valkey: Valkey
    brokers: list[Broker]

    def __init__(self, folder: Path, brokers: int = 1, jars: Path | None = None) -> None:
        """`brokers`: 1, or 3 with replication 3 and two in sync. `jars`: where Kafka's jars are kept."""
        self.folder = folder.resolve()
        self._size = brokers
        self._jars = jars or default_cache()
        self._occupied: IO[str] | None = None

    @property
    def parts(self) -> list[Part]:
        """All servers."""
        return [self.postgres, self.valkey, *self.brokers]

    def start(self) -> Dsns:
        """Start what does not run, wait until all answer; if one cannot, stop all and raise CannotStart."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._occupied = self._occupied or occupy(self.folder)
        try:
            state = State.load(self.folder, self._size)
            state.clear_leftovers()
            self._build(state)
            _at_once([part.launch for part in self.parts])
            state.processes = {
                part.pid: psutil.Process(part.pid).create_time() for part in self.parts if part.is_running
            }
            state.save(self.folder)
            _at_once([part.await_ready for part in self.parts])
        except BaseException:
            self.stop()
            raise
        return self.dsns

    @property
    def dsns(self) -> Dsns:
        """The addresses, known once it has started."""
        return Dsns(self.postgres.dsn, self.valkey.dsn, ",".join(broker.address for broker in self.brokers))

    def stop(self) -> None:
        """Stop everything in an orderly way and let go of the folder."""
        if hasattr(self, "brokers"):
            # The last of several brokers waits in vain for a majority of controllers; what is acknowledged is on disk.
            patience = None if self._size == 1 else 3.0
            stops = [partial(broker.stop, patience) for broker in self.brokers]
            _at_once([self.postgres.stop, self.valkey.stop, *stops])
        if self._occupied is not None:
            self._occupied.close()
            self._occupied = None

    def __enter__(self) -> "LocalStack":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _build(self, state: State) -> None:
        nodes = range(1, self._size + 1)
        names = ["postgres", "valkey", *(f"{role}-{n}" for n in nodes for role in ("kafka", "controller"))]
        state.ports = ports = keep_or_choose(state.ports, names)
        state.save(self.folder)
        jars = classpath(self._jars)
        logs = self.folder / "logs"
        quorum = {n: (ports[f"kafka-{n}"], ports[f"controller-{n}"]) for n in nodes}
        self.postgres = Postgres(self.folder / "postgres", logs / "postgres.log", ports["postgres"], state.password)
        self.valkey = Valkey(self.folder / "valkey", logs / "valkey.log", ports["valkey"], state.password)
        self.brokers = [
            Broker(self.folder / f"kafka-{n}", logs / f"kafka-{n}.log", n, quorum, state.cluster, jars) for n in nodes
        ]


def _at_once(actions: Sequence[Callable[[], None]]) -> None:
    """Run all side by side; when all have ended, raise the first failure."""
    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(action) for action in actions]
    for future in futures:
        future.result()
