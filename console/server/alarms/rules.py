"""What counts as an alarm: read from what each process says of itself (/health/deep and /metrics)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from prometheus_client.parser import text_string_to_metric_families

OUTBOX_WAITS_S = 60.0
# Among the values of a process: when it was started.
STARTED = "started"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong now. `key` tells it from others of its kind, `what` is its kind."""

    key: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A metric that means trouble: a gauge above a limit, or a counter that has grown."""

    what: str
    metric: str
    kind: Literal["gauge", "counter"] = "gauge"
    above: float = 0.0
    labels: Mapping[str, str] | None = None


# The rows of docs/operations.md that somebody must be told of.
RULES = (
    Rule("sending-halted", "crm_sending_halted"),
    Rule("sender-paused", "crm_sender_paused"),
    Rule("unknown-messages", "crm_messages", labels={"state": "unknown"}),
    Rule("messages-wait", "crm_messages_oldest_due_seconds", above=900),
    Rule("neighbour-away", "crm_circuit_open"),
    Rule("lapses-wait", "crm_lapse_watermark_age_seconds", above=60),
    Rule("lane-behind", "crm_lane_backlog", above=50_000),
    Rule("wrong-memberships", "crm_segment_mismatches"),
    Rule("erasures-overdue", "crm_erasures_overdue"),
    Rule("requests-overdue", "crm_requests_overdue"),
    Rule("key-file-broken", "crm_api_key_file_broken"),
    Rule("journal-failing", "crm_journal_failing"),
    Rule("topic-lost", "crm_offset_alarms_total", "counter"),
    Rule("clock-ahead", "crm_clock_ahead_total", "counter"),
    Rule("database-restored", "crm_database_was_restored_total", "counter"),
    Rule("refusals-recovered", "crm_refusals_were_recovered_total", "counter"),
    Rule("poison-flood", "crm_poison_flood_total", "counter"),
    Rule("campaign-paused", "crm_campaigns_paused_total", "counter"),
    Rule("journey-paused", "crm_journeys_paused_total", "counter"),
    Rule("segment-not-filled", "crm_segment_fill_failed_total", "counter"),
)

TEXTS = {
    "process-away": "A process does not answer.",
    "process-stuck": "A process lives and gets nothing done.",
    "process-restarts": "A process was started again several times within a quarter of an hour.",
    "process-degraded": "A process misses something that it needs.",
    "outbox-waits": "Events wait in the outbox: the relay does not reach the broker.",
    "dead-letters": "Records could not be handled and lie in the dead letters.",
    "sending-halted": "All sending is halted by the stop-all switch.",
    "sender-paused": "The mail server refuses the sender; nothing is handed over.",
    "unknown-messages": "It is not known of some messages whether they were handed over.",
    "messages-wait": "Messages have been due for more than a quarter of an hour.",
    "neighbour-away": "A service does not get an answer from another one.",
    "lapses-wait": "Time windows of segments wait for a service's relay.",
    "lane-behind": "Segments are far behind their events.",
    "wrong-memberships": "Memberships of segments differ from the facts.",
    "erasures-overdue": "An erasure is past its deadline.",
    "requests-overdue": "A request of a data subject is past its deadline.",
    "key-file-broken": "The file of API keys cannot be read.",
    "journal-failing": "Refusals and hand-overs cannot be written to the journal.",
    "topic-lost": "A topic does not hold what was read from it, or no longer what was not.",
    "clock-ahead": "A machine's clock is ahead of its database's.",
    "database-restored": "A database went back to an earlier state.",
    "refusals-recovered": "Refusals that a restored database had forgotten were made good.",
    "poison-flood": "A publisher sends many records that cannot be handled.",
    "campaign-paused": "A campaign was paused by the system.",
    "journey-paused": "A journey was paused by the system.",
    "segment-not-filled": "The back-fill of a segment has failed.",
    "alarm-mail-fails": "Alarms cannot be mailed.",
    "alarm-webhook-fails": "The webhook for alarms does not take them.",
    "test": "This is a test of the alarms. Nothing is wrong.",
}


def findings_of_health(process: str, deep: Mapping[str, Any]) -> Iterator[Finding]:
    """What a process says of itself, or that it says nothing."""
    status = deep.get("status")
    if status == "away":
        yield Finding(f"{process}/away", "process-away", f"{process}: {deep.get('error', 'no answer')}")
        return
    if status == "stuck":
        yield Finding(f"{process}/stuck", "process-stuck", f"{process}: {', '.join(deep.get('stuck', ())) or status}")
    elif status != "ok":
        why = [*deep.get("unanswered", ()), *(f"waits for {name}" for name in deep.get("waits_for", ()))]
        yield Finding(f"{process}/degraded", "process-degraded", f"{process}: {', '.join(why) or status}")
    service = process.partition(".")[0]
    stored = deep.get("database") if isinstance(deep.get("database"), dict) else deep
    if (letters := (stored or {}).get("dead_letters_open")) and ".app" not in process:
        yield Finding(f"{service}/dead-letters", "dead-letters", f"{service}: {letters} open")
    waits = (stored or {}).get("outbox_oldest_s")
    if waits is not None and waits > OUTBOX_WAITS_S and ".app" not in process:
        yield Finding(f"{service}/outbox", "outbox-waits", f"{service}: the oldest waits for {waits:.0f} s")


def values_of(exposition: str) -> dict[str, float]:
    """For each rule with anything in it, by its kind: the sum of its counter, the highest of its gauge."""
    samples: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append((sample.labels, sample.value))
    starts = [value for _, value in samples.get("process_start_time_seconds", ())]
    found: dict[str, float] = {STARTED: starts[0]} if starts else {}
    for rule in RULES:
        wanted = (rule.labels or {}).items()
        fitting = [value for labels, value in samples.get(rule.metric, ()) if wanted <= labels.items()]
        if fitting:
            found[rule.what] = sum(fitting) if rule.kind == "counter" else max(fitting)
    return found


def findings_of_gauges(process: str, values: Mapping[str, float]) -> Iterator[Finding]:
    """Gauges above their limits. Of several workers of a service it is one alarm."""
    service = process.partition(".")[0]
    for rule in RULES:
        if rule.kind == "gauge" and values.get(rule.what, 0.0) > rule.above:
            yield Finding(f"{service}/{rule.what}", rule.what, f"{service}: {values[rule.what]:g}")


def growth(before: Mapping[str, float], values: Mapping[str, float]) -> dict[str, float]:
    """By how much counters have grown; one that is lower than before began anew with its process."""
    grown = {}
    for rule in RULES:
        if rule.kind == "counter" and rule.what in values:
            known, now = before.get(rule.what, 0.0), values[rule.what]
            more = now - known if now >= known else now
            if more > 0:
                grown[rule.what] = more
    return grown


def merged(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Each once, by its key."""
    return {finding.key: finding for finding in findings}
