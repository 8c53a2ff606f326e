"""A Faust agent that only counts into a table: `python -m tests.bench.counting BOOTSTRAP GROUP TOPIC FILE`.

The naive way of reacting to events with Faust: its own loop over single events, its own table. The file gets the time
of the first event and of each thousandth, with the count.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import faust


def make(bootstrap: str, group: str, topic: str, file: str) -> faust.App:
    """The application."""
    app = faust.App(
        group, broker=f"kafka://{bootstrap}", store="memory://", topic_partitions=12, topic_disable_leader=True,
        consumer_auto_offset_reset="earliest", web_enabled=False, autodiscover=False, datadir=f"{file}.data",
    )  # fmt: skip
    events = app.topic(topic, key_type=bytes, value_type=bytes)
    counts = app.Table("counts", default=int, key_type=bytes, value_type=int)
    notes = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    @app.agent(events)
    async def count(stream: Any) -> None:
        seen = 0
        async for key, _ in stream.items():
            counts[key] += 1
            seen += 1
            if seen % 200 == 1:
                os.write(notes, b"%.6f %d\n" % (time.time(), seen))

    return app


if __name__ == "__main__":
    application = make(*sys.argv[1:5])
    sys.argv[1:] = ["worker", "--without-web", "-l", "error"]
    application.main()
