"""One table: each figure beside its limit or a naive way of the same work, measured in the same run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Row:
    """A figure. `beside` is the limit in the same unit, or None where there is none; `target` is in the same unit and a
    bound from below, or from above when `less_is_better`; `target_ratio` bounds the ratio in the same sense."""

    group: str
    figure: str
    value: float
    unit: str
    beside: float | None = None
    beside_what: str = ""
    target: float | None = None
    target_ratio: float | None = None
    less_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure as a share of what stands beside it."""
        return self.value / self.beside if self.beside else None

    @property
    def met(self) -> bool | None:
        """Whether the targets are met; None without one."""
        pairs = [(self.value, self.target), (self.ratio, self.target_ratio)]
        told = [(have, wanted) for have, wanted in pairs if have is not None and wanted is not None]
        if not told:
            return None
        return all(have <= wanted if self.less_is_better else have >= wanted for have, wanted in told)


@dataclass(frozen=True)
class Failure:
    """A group that could not be measured, and why."""

    group: str
    error: str


@dataclass
class Report:
    """All that a run found."""

    machine: Mapping[str, str]
    rows: list[Row] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def markdown(self) -> str:
        """The table, the machine above it, what could not be measured and every missed target below it."""
        lines = [f"- {name}: {value}" for name, value in self.machine.items()]
        lines += ["", "| figure | measured | beside it, in the same run | ratio | target | met | |", "|" + "---|" * 7]
        lines += [_line(row) for row in self.rows]
        lines += [f"\nNot measured: **{one.group}**: {one.error}" for one in self.failures]
        missed = self.farthest(len(self.rows))
        lines += ["", f"Targets missed: {len(missed)}" + (", the farthest first" if missed else "")]
        lines += [f"- {row.group}: {row.figure}: {_reached(row):.0%} of its target" for row in missed]
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """The same for machines."""
        rows = [{**asdict(row), "ratio": row.ratio, "met": row.met} for row in self.rows]
        body = {"machine": dict(self.machine), "rows": rows, "failures": [asdict(one) for one in self.failures]}
        return json.dumps(body, indent=1)

    def farthest(self, most: int = 2) -> Sequence[Row]:
        """The rows that miss their target by most."""
        missed = [row for row in self.rows if row.met is False]
        return sorted(missed, key=_reached)[:most]


def _reached(row: Row) -> float:
    """Which part of its target a row reaches, the worst of its targets."""
    parts = [
        wanted / have if row.less_is_better else have / wanted
        for have, wanted in ((row.value, row.target), (row.ratio, row.target_ratio))
        if have and wanted
    ]
    return min(parts, default=0.0)


def _line(row: Row) -> str:
    beside = f"{number(row.beside)} {row.unit}: {row.beside_what}" if row.beside is not None else "–"
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else "–"
    sign = "≤" if row.less_is_better else "≥"
    wanted = [f"{sign} {number(row.target)} {row.unit}"] if row.target is not None else []
    wanted += [f"{sign} {row.target_ratio:g} ×"] if row.target_ratio is not None else []
    met = {True: "yes", False: "no", None: ""}[row.met]
    cells = (f"{row.group}: {row.figure}", f"{number(row.value)} {row.unit}", beside, ratio, ", ".join(wanted), met)
    return "| " + " | ".join((*cells, row.note)) + " |"


def number(value: float) -> str:
    """Three digits that mean something, and thousands apart."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"
