"""The local stack whose single broker also answers under a second address: a proxy's, which can be cut.

A broker tells its clients where to connect. A proxy before its ordinary port would be left after the first question, so
the broker gets a second listener that names the proxy.
"""

from __future__ import annotations

from pathlib import Path

from deploy.local.kafka import Broker
from deploy.local.ports import keep_or_choose
from deploy.local.stack import LocalStack
from deploy.local.state import State


class _Broker(Broker):
    """`far`: the proxy's port and the port behind it."""

    far: tuple[int, int]

    def _settings(self) -> dict[str, str | int]:
        settings = super()._settings()
        proxy, behind = self.far
        settings["listeners"] = f"{settings['listeners']},FAR://127.0.0.1:{behind}"
        settings["advertised.listeners"] = f"{settings['advertised.listeners']},FAR://127.0.0.1:{proxy}"
        settings["listener.security.protocol.map"] = f"{settings['listener.security.protocol.map']},FAR:PLAINTEXT"
        settings["inter.broker.listener.name"] = "PLAINTEXT"
        return settings


class ProxiedStack(LocalStack):
    """With one broker, `far` is (port of a proxy to be made, port that it must lead to); with three there is none."""

    def __init__(self, folder: Path, brokers: int = 1) -> None:
        super().__init__(folder, brokers)
        self.far: tuple[int, int] | None = None

    def _build(self, state: State) -> None:
        super()._build(state)
        if self._size > 1:
            return
        ports = keep_or_choose({}, ["proxy", "far"])
        self.far = ports["proxy"], ports["far"]
        broker = self.brokers[0]
        broker.__class__ = _Broker
        assert isinstance(broker, _Broker)
        broker.far = self.far
