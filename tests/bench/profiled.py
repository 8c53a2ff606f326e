"""One process of the product under the profiler: `python -m tests.bench.profiled MODULE FILE`.

Ends like the real one, on SIGTERM, and leaves the top of its profile in FILE as text.
"""

from __future__ import annotations

import cProfile
import io
import pstats
import re
import sys
from importlib import import_module
from pathlib import Path

import uvloop

from shared.observability.logging import configure_logging
from shared.web import serve

_MOST = 45
_OURS = r"(services|shared)[/\\]"


def main() -> None:
    """Profile until told to stop."""
    module, file = import_module(sys.argv[1]), Path(sys.argv[2])
    service = sys.argv[1].split(".")[1]
    settings = import_module(f"services.{service}.config").Settings()
    profile = cProfile.Profile()
    try:
        if sys.argv[1].endswith(".app"):
            profile.runcall(serve, module.create, settings)
        else:
            configure_logging(settings.log_level, service=service, process="worker")
            profile.runcall(uvloop.run, module.create(settings).run())
    finally:
        file.write_text(top(profile))


def top(profile: cProfile.Profile) -> str:
    """By own time over everything, then by time with callees over our own code. The loop's own time is waiting."""
    out = io.StringIO()
    stats = pstats.Stats(profile, stream=out)
    out.write("Own time. What the event loop itself takes is mostly waiting.\n")
    stats.sort_stats("tottime").print_stats(_MOST)
    out.write("\nTime with callees, our own functions.\n")
    stats.sort_stats("cumulative").print_stats(_OURS, _MOST)
    return re.sub(r"(?m)(?<=\s)\S*/(site-packages|lib/python[\d.]+|services|shared|tests)/", r"\1/", out.getvalue())


if __name__ == "__main__":
    main()
