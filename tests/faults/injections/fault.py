"""What a fault is: how a world is made, broken and healed, and what must be there to show that it was broken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.faults.world import Setting, World

# So many attempts of the load go on between two blows.
MORE = 40


@dataclass(frozen=True)
class Fault:
    """`seconds`: about how long with start, drain and checks, on two cores. `strikes`: what shows that it did strike,
    and how much of it there must be. `small_disks`: its servers lie on file systems of their own, which it can fill."""

    number: int
    title: str
    run: Callable[[World], Awaitable[None]]
    seconds: int = 130
    setting: Setting = field(default_factory=Setting)
    brokers: int = 1
    strikes: Mapping[str, float] = field(default_factory=dict)
    small_disks: bool = False
