"""The checks at the end of a run: what must hold, each looked at from outside the services."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from deploy.demo import recount
from deploy.demo.checker import Checker, Figures
from deploy.demo.doors import Doors
from deploy.demo.latency import Latency
from deploy.demo.marketing import PURPOSE
from deploy.demo.people import People
from deploy.demo.places import Places
from deploy.demo.progress import Progress
from deploy.demo.recount import Look
from deploy.demo.schedule import Baskets, Published
from deploy.local.inbox import Mailbox, parse

# What two minutes with 600 households bring about.
_USUAL_HOUSEHOLDS, _USUAL_S = 600, 120.0
_USUAL = {
    "mails": 120, "entries": 140, "lapses": 120, "opened": 75, "clicked": 40, "refused": 60, "timed mails": 40,
}  # fmt: skip
# Machine seconds; ten times what an idle machine of two cores needs.
_MEDIAN_S, _SLOWEST_S = 5.0, 20.0
_LAPSE_LAG_S = 10.0
_HANDED_OVER = "select id from messages where state = 'handed_over'"
_ENTRIES = "select distinct entry_id from messages"
_ORIGINS = """
    select convert_from(value, 'UTF8')::jsonb->>'origin', count(*) from outbox where event_id = any($1) group by 1
"""
# In the order in which privacy committed: what held for each of the customer's ids when the permit was written.
_PERMITTED = """
    select distinct p.message_id from permits p, unnest(p.covers, p.versions) as held(customer_id, version)
    cross join lateral (
        select c.action from consents c
        where c.customer_id = held.customer_id and c.version <= held.version and c.purpose = p.purpose
          and c.channel = p.channel and c.effective
        order by c.version desc limit 1
    ) last
    where p.message_id = any($1) and p.purpose = $2
    group by p.permit_id, p.message_id having bool_and(last.action = 'granted')
"""


@dataclass(frozen=True)
class Check:
    """One thing that must hold, and what was found."""

    name: str
    holds: bool
    found: str


@dataclass(frozen=True)
class Evidence:
    """What the checks look at. `left` says what is under way still, if anything."""

    places: Places
    checker: Checker
    doors: Doors
    progress: Progress
    people: People
    figures: Figures
    latency: Latency
    live_s: float
    grocery: Baskets
    left: str


async def audit(seen: Evidence) -> tuple[list[Check], dict[str, Any]]:
    """Every check, and the reports of the campaigns by name."""
    checker, progress, figures = seen.checker, seen.progress, seen.figures
    reports = {
        name: await seen.doors.call("GET", "campaigns", f"/campaigns/{id}/report", "marketing")
        for name, id in progress.campaigns.items()
    }
    letters = [parse(row) for _, row in Mailbox(seen.places.mails).rows()]
    mails = [UUID(str(letter["X-Ledger-Key"])) for letter in letters]
    checks = [
        Check("everything is drained", not seen.left, seen.left or "lag 0, outboxes empty"),
        *counts(progress.published, figures),
        *accounts(reports, figures),
        _history(progress),
        await origins(checker),
        await inbox(checker, mails),
        await consent(checker, mails),
        unwilling([str(letter["To"]) for letter in letters], seen.people),
        _responses(progress, figures),
        *floors(figures, latency=seen.latency, mails=len(mails), scale=scale_of(progress.households, seen.live_s)),
        latency_holds(seen.latency),
        await members(seen),
    ]
    return checks, reports


def scale_of(households: int, live_s: float) -> float:
    """How large a run is beside the usual one of 600 households (0: all) and two minutes."""
    return min(1.0, (households or _USUAL_HOUSEHOLDS) / _USUAL_HOUSEHOLDS * live_s / _USUAL_S)


def floors(figures: Figures, *, latency: Latency, mails: int, scale: float) -> Iterator[Check]:
    """Nothing is right only because nothing happened: a fifth of what usually does, and one of each at the least."""
    there = {
        "mails": mails,
        "entries": sum(segment.entered for segment in figures.segments),
        "lapses": sum(segment.lapsed for segment in figures.segments),
        "opened": figures.responses["opened"],
        "clicked": figures.responses["clicked"],
        "refused": figures.by_state()["refused"],
        "timed mails": latency.samples,
    }
    for name, usual in _USUAL.items():
        least = max(1, int(usual * scale / 5))
        yield Check(f"there were {name}", there[name] >= least, f"{there[name]}, at least {least} wanted")


def latency_holds(latency: Latency) -> Check:
    """From a publication to the mail that it caused, when nothing held it up."""
    p50, p99 = latency.p50, latency.p99
    return Check(
        "mails follow their events",
        p50 is not None and p99 is not None and p50 <= _MEDIAN_S and p99 <= _SLOWEST_S,
        f"p50 {p50 or 0:.2f} s (at most {_MEDIAN_S:g}), p99 {p99 or 0:.2f} s (at most {_SLOWEST_S:g})",
    )


async def members(seen: Evidence) -> Check:
    """One segment counted again from the grocer's file, household by household."""
    name = f"“{recount.SEGMENT}” are those in the grocer's file"
    if seen.progress.web_orders is None:
        return Check(name, True, "not counted: an earlier version began this installation and kept no web orders")
    # A household is left out when it changes meanwhile, or shortly before: a lapse waits for what may still arrive.
    since = seen.places.clock.now() - timedelta(seconds=_LAPSE_LAG_S * seen.places.clock.factor)
    found = await seen.checker.members(recount.SEGMENT)
    look = Look(since, seen.places.clock.now())
    paid = await asyncio.to_thread(recount.visits, seen.grocery, seen.people, seen.progress)
    return same_members(name, recount.regulars(paid, seen.people, look), found)


def same_members(name: str, wanted: Mapping[int, bool], found: Set[int]) -> Check:
    """`wanted` says for each household whether it belongs; `found` are those that do."""
    wrong = sorted(household for household, belongs in wanted.items() if belongs != (household in found))
    belonging = sum(wanted.values())
    return Check(
        name,
        not wrong and belonging > 0 and belonging < len(wanted),
        f"{len(wanted)} households compared, {belonging} belong, {len(wrong)} differ {wrong[:5] or ''}".rstrip(),
    )


def counts(published: Published, figures: Figures) -> Iterator[Check]:
    """Everything accepted was recorded once, and everything broken is among the dead letters, for its reason."""
    same = figures.recorded == published.distinct
    yield Check(
        "duplicates had no effect",
        same,
        f"{figures.recorded} recorded of {published.distinct} different messages, {published.copies} sent twice",
    )
    dead = Counter({reason: count for (service, reason), count in figures.dead.items() if service == "interactions"})
    others = {f"{service}: {reason}": count for (service, reason), count in figures.dead.items() if
              service != "interactions"}  # fmt: skip
    yield Check(
        "dead letters are exactly the planted ones",
        dead == published.dead and not others,
        f"found {dict(dead) | others}, planted {dict(published.dead)}",
    )


def accounts(reports: dict[str, Any], figures: Figures) -> Iterator[Check]:
    """audience = handed over + refused + failed + unknown + waiting, and the same figures from outside."""
    for name, report in reports.items():
        parts = {part: _sum(report[part]) for part in ("handed_over", "refused", "failed", "unknown", "waiting")}
        outside = sum(count for (campaign, _, _), count in figures.messages.items() if campaign == name)
        yield Check(
            f"the audience of “{name}” adds up",
            report["audience"] == sum(parts.values()) == outside and report["adds_up"],
            f"{report['audience']} = " + " + ".join(f"{count} {part}" for part, count in parts.items()),
        )


def _sum(part: Any) -> int:
    return sum(part.values()) if isinstance(part, dict) else int(part)


def _history(progress: Progress) -> Check:
    messages = progress.history_messages
    return Check("history mailed nobody", messages == 0, f"{messages} messages when the history was in")


async def origins(checker: Checker) -> Check:
    """No message goes back to an event of history or of a back-fill."""
    entries = [row["entry_id"] for row in await checker.rows("campaigns", _ENTRIES)]
    origins: Counter[str] = Counter()
    for service in ("interactions", "analytics"):
        for origin, count in await checker.rows(service, _ORIGINS, entries):
            origins[origin] += count
    return Check(
        "only live events triggered messages",
        set(origins) <= {"live"} and origins.total() == len(entries),
        f"{len(entries)} entries, events {dict(origins)}",
    )


async def inbox(checker: Checker, mails: list[UUID]) -> Check:
    """Every mail is a row of the ledger, once, and every handed-over row is a mail."""
    ledger = {row["id"] for row in await checker.rows("campaigns", _HANDED_OVER)}
    return Check(
        "mails in the inbox are those handed over",
        set(mails) == ledger and len(mails) == len(set(mails)),
        f"{len(mails)} mails, {len(set(mails))} different, {len(ledger)} handed over by the ledger",
    )


async def consent(checker: Checker, mails: list[UUID]) -> Check:
    """Every mail has a permit, and each of the customer's ids a consent that held when it was written."""
    rows = await checker.rows("privacy", _PERMITTED, mails, PURPOSE)
    without = set(mails) - {row["message_id"] for row in rows}
    return Check(
        "nobody without consent was mailed",
        not without,
        f"{len(mails)} mails, {len(without)} of them without a permit on a consent that held",
    )


def unwilling(recipients: Sequence[str], people: People) -> Check:
    """The same, asked of the households themselves."""
    willing = {people.households[number].email for number in people.willing}
    strangers = [address for address in recipients if address not in willing]
    return Check("nobody was mailed who never agreed", not strangers, f"{len(recipients)} mails, {len(strangers)} such")


def _responses(progress: Progress, figures: Figures) -> Check:
    given = {kind: progress.responses[kind] for kind in ("opened", "clicked")}
    counted = {kind: figures.responses[kind] for kind in given}
    odd = {kind: count for kind, count in progress.responses.items() if ":" in kind}
    return Check(
        "every open and click was counted", given == counted and not odd, f"given {given | odd}, counted {counted}"
    )
