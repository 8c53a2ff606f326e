"""What came of a run, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from deploy.demo.audit import Check
from deploy.demo.checker import Figures
from deploy.demo.latency import Latency
from deploy.demo.progress import Progress


@dataclass(frozen=True)
class Run:
    """What only this run knows. Seconds are machine time."""

    business_from: str
    business_until: str
    factor: float
    live_s: float
    live_published: int
    first_mail_after_s: float | None
    """From the services being up."""


def summary_of(
    run: Run, progress: Progress, figures: Figures, latency: Latency, checks: Sequence[Check], reports: dict[str, Any]
) -> dict[str, Any]:
    """As JSON."""
    published = progress.published
    return {
        "ok": all(check.holds for check in checks),
        "run": asdict(run),
        "customers": {"all": figures.customers.total(), **figures.customers},
        "published": {
            "different": published.distinct, "by_door": dict(published.accepted), "twice": published.copies,
            "late": published.late,
            "planted_dead_letters": dict(published.dead), "refused_over_http": dict(published.refused),
            "live_per_second": round(run.live_published / run.live_s, 1) if run.live_s else 0.0,
        },
        "recorded": {"history": figures.history, "live": figures.live},
        "segments": {
            segment.name: {
                "members": segment.members, "entered": segment.entered, "left": segment.left,
                "changed_by_time": segment.lapsed,
            }
            for segment in figures.segments
        },
        "entries": sum(segment.entered for segment in figures.segments),
        "lapses": sum(segment.lapsed for segment in figures.segments),
        "messages": dict(figures.by_state()),
        "refusals": dict(figures.by_reason("refused")),
        "failures": dict(figures.by_reason("failed")),
        "waiting": dict(figures.by_reason("waiting")),
        "responses": dict(figures.responses),
        "audience_did": dict(progress.responses),
        "dead_letters": {f"{service}: {reason}": count for (service, reason), count in figures.dead.items()},
        "latency_s": asdict(latency),
        "campaigns": reports,
        "checks": [asdict(check) for check in checks],
    }  # fmt: skip


def as_text(body: dict[str, Any]) -> str:
    """The same for a terminal."""
    run, published, latency = body["run"], body["published"], body["latency_s"]
    lines = [
        f"Business time     {run['business_from']} to {run['business_until']}, live {run['live_s']:.0f} s at "
        f"{run['factor']:g} times the machine's",
        f"Customers         {_counts(body['customers'])}",
        f"Published         {published['different']} different ({_counts(published['by_door'])}), "
        f"{published['twice']} twice, {published['late']} late, {published['live_per_second']}/s live",
        f"Recorded          {_counts(body['recorded'])}",
        *(f"Segment           {name}: {_counts(segment)}" for name, segment in body["segments"].items()),
        f"Entries, lapses   {body['entries']} entered live, {body['lapses']} changed by time alone",
        f"Messages          {_counts(body['messages'])}",
        f"  refused for     {_counts(body['refusals'])}",
        f"  waiting for     {_counts(body['waiting'])}",
        f"Responses         {_counts(body['responses'])}",
        f"Refused over HTTP {_counts(published['refused_over_http'])}",
        f"Dead letters      {_counts(body['dead_letters'])}",
        f"Publish to mail   {_seconds(latency['p50'])} p50, {_seconds(latency['p99'])} p99 of "
        f"{latency['samples']} mails caused by a live event and held up by nothing",
        f"First mail        {_seconds(run['first_mail_after_s'])} after the services were up",
        "",
        *(f"{'  ok  ' if check['holds'] else 'FAILED'}  {check['name']}: {check['found']}" for check in body["checks"]),
    ]
    return "\n".join(lines)


def _counts(counts: dict[str, Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"
