"""What happens, live in a terminal; where there is none, a line every few seconds."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploy.demo.checker import Figures
from deploy.demo.latency import Latency, latency_of

_PLAIN_EVERY_S = 5.0
_LAST_WORDS = 10


@dataclass
class Shown:
    """One moment of the demonstration."""

    business: datetime
    figures: Figures = field(default_factory=Figures)
    latency: Latency = field(default_factory=lambda: latency_of([]))
    published_per_s: float = 0.0
    mails: int = 0
    audience: Mapping[str, int] = field(default_factory=dict)


class View:
    """Shows what happens. Use `live` while figures come in; `log` at any time."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()
        self._live: Live | None = None
        self._words: deque[str] = deque(maxlen=_LAST_WORDS)
        self._logged_at = 0.0

    def log(self, text: str) -> None:
        """One line, with the seconds since the beginning."""
        line = f"{time.monotonic() - self._began:6.1f} s  {text}"
        self._words.append(line)
        if self._live is None:
            self.console.print(line, markup=False)

    def note(self, text: str) -> None:
        """Something small that happened: worth a glance on a screen, too much for a log."""
        if self._live is not None:
            self._words.append(f"{time.monotonic() - self._began:6.1f} s  {text}")

    def print(self, text: str) -> None:
        """Some lines as they are."""
        self.console.print(text, markup=False)

    def live(self) -> AbstractContextManager[Any]:
        """The picture stays on the screen within."""
        if not self.console.is_terminal:
            return nullcontext()
        return _OnScreen(self)

    def show(self, shown: Shown) -> None:
        """The newest figures."""
        if self._live is not None:
            self._live.update(self._picture(shown))
        elif time.monotonic() - self._logged_at >= _PLAIN_EVERY_S:
            self._logged_at = time.monotonic()
            self.log(line_of(shown))

    def _picture(self, shown: Shown) -> Group:
        head = Text(f"{shown.business:%A %d %B %Y  %H:%M}  ", style="bold")
        head.append(f"{shown.published_per_s:.1f} events/s   {_percentiles(shown.latency)}", style="not bold")
        grid = Table.grid(padding=(0, 4))
        grid.add_row(_segments(shown.figures), _messages(shown), _others(shown))
        return Group(head, grid, Text("\n".join(self._words), style="dim"))


class _OnScreen(AbstractContextManager[Any]):
    def __init__(self, view: View) -> None:
        self._view = view

    def __enter__(self) -> None:
        self._view._live = Live(console=self._view.console, refresh_per_second=4, transient=True)
        self._view._live.start()

    def __exit__(self, *_: object) -> None:
        if self._view._live is not None:
            self._view._live.stop()
            self._view._live = None


def line_of(shown: Shown) -> str:
    """The moment in one line."""
    figures = shown.figures
    states = figures.by_state()
    segments = ", ".join(f"{segment.name} {segment.members}" for segment in figures.segments)
    return (
        f"{shown.business:%d %b %H:%M}  {shown.published_per_s:.1f}/s, {figures.customers.total()} customers, "
        f"{figures.recorded} recorded; {segments}; "
        f"{sum(segment.entered for segment in figures.segments)} entered, "
        f"{sum(segment.left for segment in figures.segments)} left, "
        f"{sum(segment.lapsed for segment in figures.segments)} by time; {states['handed_over']} mails, "
        f"refused {_few(figures.by_reason('refused'))}, waiting {_few(figures.by_reason('waiting'))}; "
        f"{_few(figures.responses)}; {figures.dead.total()} dead letters; {_percentiles(shown.latency)}"
    )


def _segments(figures: Figures) -> Table:
    table = Table(title="Segments", box=None, title_justify="left")
    for column in ("", "in", "entered", "left", "by time"):
        table.add_column(column, justify="left" if not column else "right")
    for segment in figures.segments:
        table.add_row(segment.name, str(segment.members), str(segment.entered), str(segment.left), str(segment.lapsed))
    return table


def _messages(shown: Shown) -> Table:
    figures = shown.figures
    rows = [("in the inbox", shown.mails)]
    for state in ("handed_over", "waiting", "refused", "failed", "unknown"):
        rows.append((state.replace("_", " "), figures.by_state()[state]))
        if state in ("refused", "waiting", "failed"):
            rows += [(f"  {reason}", count) for reason, count in figures.by_reason(state).most_common()]
    return _table("Messages", rows)


def _others(shown: Shown) -> Table:
    figures = shown.figures
    rows = [("customers", figures.customers.total())]
    rows += [(f"  {status}", count) for status, count in figures.customers.most_common()]
    rows += [("recorded", figures.recorded), *figures.responses.most_common()]
    rows += [("bought again", shown.audience.get("bought again", 0)), ("dead letters", figures.dead.total())]
    return _table("Happened", rows)


def _table(title: str, rows: list[tuple[str, int]]) -> Table:
    table = Table(title=title, box=None, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, count in rows:
        table.add_row(name, str(count))
    return table


def _few(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"


def _percentiles(latency: Latency) -> str:
    if latency.p50 is None or latency.p99 is None:
        return "no mail timed yet"
    return f"publish to mail p50 {latency.p50:.2f} s, p99 {latency.p99:.2f} s of {latency.samples}"
