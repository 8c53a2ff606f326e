"""The local stack with each server on a small file system of its own, which a fault fills up."""

from __future__ import annotations

from deploy.local.stack import LocalStack
from deploy.local.state import State
from tests.faults.disks import Disk

# What a run of some minutes writes, and some room. Memory is taken only for what is written, and for the ballast.
_MIB = {"postgres": 900, "kafka": 500}


class SmallStack(LocalStack):
    """`disks` by the server that lies on each; they go when the stack stops, with what is on them."""

    disks: dict[str, Disk]

    def _build(self, state: State) -> None:
        self.disks = getattr(self, "disks", None) or {
            "postgres": Disk(self.folder / "postgres", _MIB["postgres"]),
            "kafka": Disk(self.folder / "kafka-1", _MIB["kafka"]),
        }
        super()._build(state)

    def stop(self) -> None:
        """Every server, and its disk."""
        super().stop()
        for disk in getattr(self, "disks", {}).values():
            disk.unmount()
        self.disks = {}
