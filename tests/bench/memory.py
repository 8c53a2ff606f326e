"""Resident memory and time on a processor, by process."""

from __future__ import annotations

from collections.abc import Mapping

import psutil


def resident(pids: Mapping[str, int]) -> dict[str, float]:
    """MB of each process (proportional where the system says so)."""
    found = {}
    for name, pid in pids.items():
        try:
            found[name] = psutil.Process(pid).memory_info().rss / 1e6
        except psutil.NoSuchProcess:
            continue
    return found


def busy(pids: Mapping[str, int]) -> dict[str, float]:
    """Seconds on a processor so far, of each process and its present children."""
    found = {}
    for name, pid in pids.items():
        try:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            continue
        found[name] = sum(map(_seconds, family))
    return found


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
