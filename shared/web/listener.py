"""A port: uvicorn with our protocol, its bounds and its looks at the slow."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from shared.web.connections import Connections, Limits
from shared.web.protocol import BoundedProtocol

# With the closing of pools after it, a stop takes at most 20 s.
_DRAIN_S = 12
_LOOK_EVERY = 5  # ticks of a tenth of a second


class Listener(uvicorn.Server):
    """Serves one app on one port until `should_exit` is set; the main one also starts and stops the app, and heeds
    SIGTERM and Ctrl-C."""

    def __init__(self, app: Any, host: str, port: int, *, name: str, limits: Limits, is_main: bool = False) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=BoundedProtocol,
            ws="none",
            lifespan="on" if is_main else "off",
            access_log=False,
            log_config=None,
            server_header=False,
            # Whom to believe about addresses is told in our settings (shared.web.addresses).
            proxy_headers=False,
            # Above our clients' keep-alive, so that they never write into a connection that is being closed.
            timeout_keep_alive=30,
            timeout_graceful_shutdown=_DRAIN_S,
        )
        super().__init__(config)
        self.connections = Connections(name, limits)
        config.connections = self.connections  # type: ignore[attr-defined]
        self._is_main = is_main

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's own would raise the signal again after a clean stop, so that it looks like a crash."""
        if self._is_main:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second."""
        if counter % _LOOK_EVERY == 0:
            self.connections.look(asyncio.get_running_loop().time())
        return await super().on_tick(counter)
