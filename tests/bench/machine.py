"""On what was measured: without it a figure means nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil

from deploy.local import Dsns


async def describe(dsns: Dsns) -> dict[str, str]:
    """Processor, memory, versions, revision, and how busy the machine was before."""
    connection = await asyncpg.connect(dsns.postgres)
    try:
        postgres = await connection.fetchval("show server_version")
    finally:
        await connection.close()
    memory = psutil.virtual_memory()
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": _revision(),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{memory.total / 2**30:.0f} GiB, {memory.available / 2**30:.0f} free",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "servers": f"PostgreSQL {postgres} (fsync on), Apache Kafka and Valkey of the local stack, on this machine",
        "load before": load(),
    }


def load() -> str:
    """How many processes wanted a core, lately."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg()) + " (1, 5, 15 minutes)"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _revision() -> str:
    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, timeout=10)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"
