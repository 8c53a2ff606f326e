"""Free loopback ports."""

import random
import socket

# Below the range from which Linux takes the ports of outgoing connections: a client that retries a dead server's port
# within that range ends up connected to itself, and the server finds its port taken when it comes back.
_LOWEST, _HIGHEST = 15_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def keep_or_choose(known: dict[str, int], names: list[str]) -> dict[str, int]:
    """A port for each name: the known one while it is free, so that addresses survive a restart, else a new one."""
    chosen: dict[str, int] = {}
    for name in names:
        port = known.get(name, 0)
        while not port or port in chosen.values() or not is_free(port):
            port = random.randint(_LOWEST, _HIGHEST)
        chosen[name] = port
    return chosen
