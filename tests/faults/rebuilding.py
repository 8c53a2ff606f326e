"""A real rebuild of each read model, as an operator asks for it: what it would change is what was wrong."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.faults.records import Row

MODELS = (("campaigns", "copies"), ("analytics", "facts"))


async def compare_read_models(folder: Path) -> list[Row]:
    """The report of each table: hashes of what is there and of what its sources say, and how many customers differ."""
    reports: list[Row] = []
    for service, model in MODELS:
        words = ("rebuild", service, model, "--compare", "--json", "--folder", str(folder))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.crm", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await asyncio.wait_for(process.communicate(), 180)
        if process.returncode not in (0, 1) or not out:
            raise RuntimeError(f"crm rebuild {service} {model}: {error.decode()[-2000:]}")
        reports += [{"model": f"{service} {model}", **report} for report in json.loads(out)]
    return reports
