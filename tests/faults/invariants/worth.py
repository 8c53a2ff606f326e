"""What makes a run worth something, and what must be gone: I0, I11."""

from __future__ import annotations

from collections import Counter

from shared.contracts import interactions
from tests.faults.invariants.people import addressee, forgotten
from tests.faults.invariants.wording import violations
from tests.faults.records import Evidence

# In every run, however short, so much of each.
FLOORS = {"attempts": 100, "mails": 5, "purchases": 50, "permits": 5, "refused": 3, "withdrawals": 1}


def i0_worth_something(seen: Evidence) -> list[str]:
    """Enough happened that could have gone wrong, and the fault struck."""
    states = Counter(row["state"] for row in seen.ledger)
    there = {
        "attempts": len(seen.history),
        "mails": len(seen.handed),
        "purchases": len(seen.distinct(interactions.PurchaseRecorded.TYPE)),
        "permits": len(seen.permits),
        "refused": states["refused"],
        "withdrawals": sum(row["op"] == "withdraw" and row["outcome"] == "ok" for row in seen.history),
    }
    return [
        *(f"only {there[name]} {name}, {least} are wanted" for name, least in FLOORS.items() if there[name] < least),
        *(
            f"the fault did not strike: {what} {count:g}, at least {least:g} is wanted"
            for what, (count, least) in seen.struck.items()
            if count < least
        ),
    ]


def i11_erased_is_gone(seen: Evidence) -> list[str]:
    """Nothing in any database names an erased person, and who comes again is not written to."""
    ended = {row["who"]: row["ended"] for row in seen.history if row["op"] == "erase" and row["outcome"] == "ok"}
    # A mail that was in the sender's hands may still leave; privacy's permits are that old at most.
    late = {
        f"{mail['to']}: {mail['at'] - ended[addressee(mail)]:.0f} s later"
        for mail in seen.handed
        if addressee(mail) in forgotten(seen) & ended.keys() and mail["at"] > ended[addressee(mail)] + 12
    }
    return [*violations("traces of an erased person", seen.traces), *violations("mailed after the erasure", late)]
