"""`python -m tests.faults`: breaks a running installation in every listed way and prints faults × invariants.

All of it takes about half an hour on two cores, `--fault 8` a minute and a half. The seed is printed; the same seed
makes the same load, the same order of kills and the same poison.
"""

from __future__ import annotations

import argparse
import logging
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.injections import SHORT, Fault, faults
from tests.faults.mutants.trials import TRIALS, run_trials
from tests.faults.runner import Servers, Verdict, run_fault, table


def main() -> int:
    """Exit status 0 when every fault leaves every invariant whole, and every mutant breaks one."""
    asked = _arguments()
    # Our own clients and supervisor report what was broken on purpose; the processes' logs are in the folder.
    logging.disable(logging.ERROR)
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1_000_000)
    known = faults(asked.kills)
    chosen = [SHORT] if asked.short else [known[number] for number in asked.fault or known]
    only_mutants = asked.mutants is not None and not asked.fault and not asked.short
    if only_mutants:
        chosen = []
    # After all faults, or when asked for; not after a few.
    with_mutants = asked.mutants is not None or not (asked.fault or asked.short)
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="crm-faults-"))
    print(f"seed {seed} · logs and evidence in {folder}", flush=True)
    seconds = sum(fault.seconds for fault in chosen) + (45 * len(asked.mutants or TRIALS) if with_mutants else 0)
    print(f"about {seconds / 60:.0f} minutes", flush=True)
    servers = Servers(folder)
    rows: list[tuple[str, Verdict]] = []
    try:
        for fault in sorted(chosen, key=lambda fault: (fault.brokers, fault.small_disks)):
            rows.append((f"{fault.number} {fault.title}", _one(fault, seed, folder, servers)))
        caught = run_trials(asked.mutants or [], seed, folder, servers, _print, asked.record) if with_mutants else True
    finally:
        servers.stop()
    if rows:
        rows.sort(key=lambda row: int(row[0].split()[0]))
        print(f"\nseed {seed}, {time.strftime('%Y-%m-%d %H:%M')}\n\n{table(rows)}\n")
    green = all(verdict.green for _, verdict in rows) and caught
    if green and asked.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    elif not green:
        print(f"again: python -m tests.faults --seed {seed} --fault N · what was seen is in {folder}")
    return 0 if green else 1


def _one(fault: Fault, seed: int, folder: Path, servers: Servers) -> Verdict:
    print(f"\n{fault.number} {fault.title} (about {fault.seconds} s)", flush=True)
    stack = servers.stack(fault.brokers, small_disks=fault.small_disks)
    verdict = run_fault(fault, seed, folder / f"fault-{fault.number}", stack.dsns, stack, _print)
    _show(verdict)
    for part in stack.parts:
        if part.is_running:
            part.resume()
        part.start()
    return verdict


def _print(line: str) -> None:
    print(line, flush=True)


def _show(verdict: Verdict) -> None:
    _print(f"   {'green' if verdict.green else 'RED'} after {verdict.seconds:.0f} s")
    if verdict.error is not None:
        _print(f"   {verdict.error}")
    for name, violations in verdict.violations.items():
        for violation in violations:
            _print(f"   {name}: {violation}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeat a run; a new one is drawn and printed without it")
    parser.add_argument(
        "--fault", type=int, action="append", choices=sorted(faults(0)), help="only this; may be repeated"
    )
    parser.add_argument("--short", action="store_true", help="one kill of each process, one poison, one race")
    parser.add_argument(
        "--mutants",
        nargs="*",
        choices=[trial.name for trial in TRIALS],
        metavar="NAME",
        help=f"only the planted faults, all or these: {', '.join(trial.name for trial in TRIALS)}",
    )
    parser.add_argument("--kills", type=int, default=20, help="of fault 1 (default 20)")
    parser.add_argument("--record", action="store_true", help="keep the mutants' evidence for the checker's own test")
    parser.add_argument("--folder", type=Path, help="keep logs and evidence here")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
